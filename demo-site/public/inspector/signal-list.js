// Step 1: each signal as Tacit detects it, the newest last.

import { h } from "../dom.js";
import { Log } from "./log.js";
import { clock, fieldsOf } from "./words.js";

export class SignalList extends Log {
  #names;

  constructor(names) {
    super("Signals", "inspector-signals");
    this.#names = names;
  }

  addSignal(signal, at) {
    const { kind, output } = signal;
    const head = h(
      "span",
      { class: "log-head" },
      h("strong", {}, kind),
      h("span", { class: "log-what", title: output }, output ? this.#names.of(output) : ""),
      h("time", {}, clock(at)),
    );
    const fields = h("span", { class: "log-fields" }, fieldsOf(signal, (id) => this.#names.of(id)).join(" · "));
    this.add(h("li", { class: "signal", "data-kind": kind, "data-output": output }, head, fields));
  }
}
