// "Mark as solved": the app's own word for success, said once per conversation.

import { byId } from "./dom.js";
import { announce } from "./notice.js";
import { lastOutputId } from "./store.js";
import { tellSolved } from "./tell.js";

/** Returns what brings the button in line with the current conversation. */
export function startSolve(chat) {
  const button = byId("solve");
  const outputToSolve = () =>
    chat.current.solved || chat.streaming ? undefined : lastOutputId(chat.current);

  button.addEventListener("click", () => {
    const outputId = outputToSolve();
    if (!outputId) return;
    chat.current.solved = true;
    tellSolved(outputId);
    announce("Marked as solved");
    refresh();
  });

  function refresh() {
    const { solved } = chat.current;
    byId("solve-text").textContent = solved ? "Solved" : "Mark as solved";
    button.classList.toggle("done", solved);
    button.setAttribute("aria-disabled", outputToSolve() === undefined); // keeps the focus
  }
  return refresh;
}
