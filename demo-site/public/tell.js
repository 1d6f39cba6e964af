// What this app says to Tacit itself, because only the app knows it. Without Tacit it says nothing.

export function tellAccepted(outputId) {
  window.tacit?.signal(outputId, "accepted", { via: "insert" });
}

export function tellSolved(outputId) {
  window.tacit?.signal(outputId, "converted", { name: "solved" });
}
