// What a team's page asks its backend with. Resolved as "model" by every page.

/** The answer so far, each time more of it has come. */
export async function* answer(messages, signal) {
  const response = await fetch("/model", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ messages }),
    signal,
  });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    yield text;
  }
}

/** A chat that draws the person's turn only when its server has taken it: `?echo=MS` later. */
export function taken() {
  const ms = Number(new URLSearchParams(location.search).get("echo") ?? 0);
  return ms ? new Promise((resolve) => setTimeout(resolve, ms)) : undefined;
}
