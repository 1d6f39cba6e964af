// The inspector: follows one act from the page to a label. Feed → signals, requests → labels.

import { h } from "../dom.js";
import { Totals, intro } from "./explainer.js";
import { follow } from "./feed.js";
import { LabelList } from "./label-list.js";
import { LabelPoller } from "./label-poller.js";
import { OutputNames } from "./outputs.js";
import { SendList } from "./send-list.js";
import { SignalList } from "./signal-list.js";

// After these nothing is captured; after any other error capture goes on.
const NOT_RUNNING = new Set(["capture_unavailable", "capture_failed", "invalid_options"]);

export class Inspector {
  #names = new OutputNames();
  #signals = new SignalList(this.#names);
  #sends = new SendList();
  #labels = new LabelList(this.#names);
  #totals = new Totals();
  #poller;
  #badge;
  #unsent = new Set(); // outputs with signals since the last request

  constructor(root, badge) {
    this.#badge = badge;
    const polling = h("span", { class: "polling" });
    this.#poller = new LabelPoller({
      ask: (id) => this.#ask(id),
      changed: (on) => (polling.textContent = on ? "asking every second" : "quiet, not asking"),
    });
    root.append(
      intro(),
      this.#totals.element,
      section("signals", "1", "Signals", "Seen in this page", this.#signals.element),
      section("requests", "2", "Requests", "Batches sent, 204 is stored", this.#sends.element),
      section("verdicts", "3", "Labels", polling, this.#labels.element),
    );
    const snippet = document.getElementById("tacit-snippet");
    this.#say(...(snippet ? ["starting", "starting"] : ["off", "not configured"]));
    follow((entry) => this.#take(entry));
  }

  addOutput(output) {
    this.#names.add(output);
    this.#labels.add(output.id);
    this.#poller.touch(output.id);
  }

  setOpen(open) {
    this.#poller.setActive(open, this.#labels.ids);
    if (open) [this.#signals, this.#sends].forEach((log) => log.toEnd());
  }

  #take({ type, detail, at }) {
    if (type === "signal") this.#takeSignal(detail, at);
    if (type === "send") this.#takeSend(detail, at);
    if (type === "error") this.#takeError(detail, at);
    if (type === "script" && detail.outcome === "error") this.#say("off", "blocked or not reachable");
    if (type === "script" && detail.outcome === "load") this.#say("on", "watching");
  }

  #takeSignal(signal, at) {
    this.#signals.addSignal(signal, at);
    if (!signal.output) return;
    this.#labels.add(signal.output);
    this.#unsent.add(signal.output);
  }

  #takeSend(send, at) {
    this.#sends.addSend(send, at);
    this.#totals.add(send);
    for (const id of this.#unsent) this.#poller.touch(id); // now there may be something new to learn
    this.#unsent.clear();
  }

  #takeError(error, at) {
    this.#sends.addError(error, at);
    if (NOT_RUNNING.has(error.code)) this.#say("off", "not running");
  }

  async #ask(id) {
    const response = await fetch(`/api/label/${encodeURIComponent(id)}`);
    if (response.ok) this.#labels.update(id, await response.json());
    else this.#labels.unreachable(id, response.status);
  }

  #say(state, text) {
    this.#badge.dataset.state = state;
    this.#badge.textContent = text;
  }
}

function section(name, step, title, aside, content) {
  const head = h("header", {}, h("span", { class: "step" }, step), h("h3", {}, title), h("span", { class: "aside" }, aside));
  return h("section", { class: `step-section ${name}` }, head, content);
}
