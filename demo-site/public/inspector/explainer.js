// What the inspector says about itself to somebody who sees it for the first time.

import { h } from "../dom.js";
import { bytes, count } from "./words.js";

export function intro() {
  return h(
    "p",
    { class: "intro" },
    "Tacit notices what you do with an answer. Acts become signals, signals travel in batches, and the collector turns them into labels.",
  );
}

export class Totals {
  #left = h("p");
  #requests = 0;
  #bytes = 0;
  #events = 0;

  constructor() {
    this.element = h(
      "section",
      { class: "totals", "aria-label": "What left this browser" },
      h("h3", {}, "Left this browser"),
      this.#left,
      h(
        "details",
        {},
        h("summary", {}, "What is in it, and what is not"),
        h("p", {}, h("b", {}, "Sent: "), "the kind of each act, ids, sizes, shares and times, and once per batch the language and the kind of device. No words."),
        h("p", {}, h("b", {}, "Also sent, as this page asks for it: "), "the new text when you change an answer, here or where you inserted it (", h("code", {}, 'data-content="edits"'), ")."),
        h("p", {}, h("b", {}, "Never read: "), "anything marked ", h("code", {}, "data-tacit-private"), ", such as this panel."),
        h("p", {}, h("b", {}, "Kept on this device: "), "nothing. There is no cookie and no storage."),
        h("p", {}, h("b", {}, "By another way: "), "this site’s server has the questions and answers anyway, as it runs the model. It registers them with the collector under its own secret key."),
      ),
    );
    this.#draw();
  }

  add({ bytes: size, events }) {
    this.#requests += 1;
    this.#bytes += size;
    this.#events += events;
    this.#draw();
  }

  #draw() {
    const text = `${count(this.#events, "event")}, ${bytes(this.#bytes)}, in ${count(this.#requests, "request")}`;
    this.#left.textContent = this.#requests === 0 ? "Nothing so far." : `${text}.`;
  }
}
