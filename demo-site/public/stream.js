// One answer from the server, event by event.

/** Yields `{type: "start" | "token" | "text" | "end", …}`. Throws when the server cannot be reached,
 *  refuses, or breaks off before the end; aborting `signal` throws an AbortError. */
export async function* streamAnswer(request, signal) {
  const response = await fetch("/api/chat", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
    signal,
  });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  let ended = false;
  for await (const line of linesOf(response.body)) {
    const event = JSON.parse(line);
    ended ||= event.type === "end";
    yield event;
  }
  if (!ended) throw new Error("the connection broke off");
}

/** The lines of a body, as they come. */
export async function* linesOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    yield* lines.filter(Boolean);
  }
  if (rest) yield rest;
}
