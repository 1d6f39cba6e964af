// Step 2: each request, with its size and what became of it. Errors stand in the same list.

import { h } from "../dom.js";
import { Log } from "./log.js";
import { bytes, clock, count } from "./words.js";

export class SendList extends Log {
  constructor() {
    super("Requests", "inspector-sends");
  }

  addSend({ bytes: size, events, via, status }, at) {
    const { text, ok, title } = outcome(status);
    const what = `${count(events, "event")}, ${via}`;
    this.#addRow(ok, at, [
      h("strong", {}, bytes(size)),
      h("span", { class: "log-what" }, what),
      h("span", { class: "outcome", title }, text),
    ]);
  }

  addError({ code, message }, at) {
    this.#addRow(false, at, [h("strong", {}, code), h("span", { class: "log-what" })], message);
  }

  #addRow(ok, at, parts, message) {
    const head = h("span", { class: "log-head" }, ...parts, h("time", {}, clock(at)));
    const more = message && h("span", { class: "log-fields" }, message);
    this.add(h("li", { class: "request", "data-ok": String(ok) }, head, more));
  }
}

function outcome(status) {
  if (status >= 200 && status < 300) return { text: `${status}`, ok: true, title: "Stored" };
  if (status) return { text: `${status}`, ok: false, title: "Not stored" };
  return { text: "handed over", ok: "unknown", title: "Given to the browser. It is kept until the collector has confirmed it." };
}
