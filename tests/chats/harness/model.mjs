// The fake model: says the answer that the person's script wants next, a word
// at a time. It knows the truth about every answer: when it began, when it was
// whole, whether it was cut short.

import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { answer } from "./answers.mjs";

const FIRST_WORD_MS = 250;
const WORD_MS = 30;

export class Model {
  /** What was said in this run, in order. */
  said = [];
  next = "code";
  #arrivals = [];

  /**
   * Says one answer. `write` is given each word with the space before it;
   * `gone` is aborted when the listener has left.
   */
  async speak(write, gone) {
    const said = { ...answer(this.said.length, this.next), asked: Date.now(), firstAt: null, doneAt: null, cut: false };
    this.said.push(said);
    for (const tell of this.#arrivals.splice(0)) tell(said);
    // Line breaks stay with the word before them.
    const words = said.markdown.match(/ *[^ ]+/g);
    try {
      await delay(FIRST_WORD_MS, null, { signal: gone });
      for (const word of words) {
        said.firstAt ??= Date.now();
        await write(word);
        await delay(WORD_MS, null, { signal: gone });
      }
    } catch (error) {
      if (error.name !== "AbortError") throw error;
      said.cut = true;
    }
    said.doneAt = Date.now();
  }

  /** Resolves with the next answer as soon as it is asked for. */
  asked() {
    return new Promise((resolve) => this.#arrivals.push(resolve));
  }

  #list(response) {
    response.writeHead(200, { "content-type": "application/json" });
    return response.end(JSON.stringify({ object: "list", data: [{ id: "words", object: "model" }] }));
  }

  /** Answers a request in one of the forms that chats read; false if the path is none. */
  async handle(request, response) {
    const { pathname } = new URL(request.url, "http://model");
    if (pathname === "/v1/models") return this.#list(response);
    const form = FORMS[pathname];
    if (!form) return false;
    request.resume();
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    response.writeHead(200, { "content-type": form.type, "cache-control": "no-store" });
    response.flushHeaders();
    const write = async (text) => {
      if (!response.write(text)) await once(response, "drain", { signal: gone.signal });
    };
    if (form.begin) await write(form.begin);
    await this.speak((word) => write(form.word(word)), gone.signal);
    response.end(form.end ?? "");
    return true;
  }
}

/** How a word is written, by the path that is asked. */
const FORMS = {
  "/model": { type: "text/plain; charset=utf-8", word: (word) => word },
  "/deep-chat": { type: "text/event-stream", word: (text) => event({ text }) },
  "/n8n": { type: "application/json", begin: item("begin"), word: (content) => item("item", { content }), end: item("end") },
  "/v1/chat/completions": { type: "text/event-stream", word: (content) => event(completion({ content })), end: `${event(completion({}, "stop"))}data: [DONE]\n\n` },
};

/** A server-sent event. */
function event(data) {
  return `data: ${JSON.stringify(data)}\n\n`;
}

/** A line of what a workflow streams. */
function item(type, more = {}) {
  const metadata = { nodeId: "1", nodeName: "Agent", timestamp: Date.now(), runIndex: 0, itemIndex: 0 };
  return `${JSON.stringify({ type, ...more, metadata })}\n`;
}

/** A chunk of a streamed chat completion. */
function completion(delta, finish_reason = null) {
  const choices = [{ index: 0, delta, finish_reason }];
  return { id: "completion", object: "chat.completion.chunk", created: 0, model: "words", choices };
}
