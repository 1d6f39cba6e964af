// Step 3: the label of each output as it forms, with the evidence for it.

import { h } from "../dom.js";
import { maturity, percent, ruleName, signed } from "./words.js";

const SCORE_SPAN = 6; // the meter reaches from −6 to +6

export class LabelList {
  #names;
  #cards = new Map();

  constructor(names) {
    this.#names = names;
    this.element = h("ol", { class: "labels", "data-testid": "inspector-labels", "aria-label": "Labels", tabindex: "0" });
  }

  get ids() {
    return [...this.#cards.keys()];
  }

  /** A card for an output nothing is known of yet. */
  add(id) {
    if (this.#cards.has(id)) return;
    const card = h("li", { class: "label", "data-output": id });
    this.#cards.set(id, card);
    this.element.prepend(card);
    this.#draw(id, "waiting", h("p", { class: "label-note" }, "Waiting for the collector to know this answer."));
  }

  update(id, { output, label }) {
    if (!label) return;
    const { state, score, confidence, reasons = [] } = label;
    const trust = label.trust ?? output?.trust;
    const facts = [
      `confidence ${percent(confidence)}`,
      maturity(label),
      trust && `trust: ${trust}`,
    ].filter(Boolean);
    this.#draw(id, state, meter(score), h("p", { class: "label-note" }, facts.join(" · ")), reasonList(reasons));
  }

  unreachable(id, status) {
    if (this.#cards.get(id)?.dataset.state !== "waiting") return; // a known label stays
    const why = status === 404 ? "The collector does not know this answer yet." : "The collector does not answer.";
    this.#draw(id, "waiting", h("p", { class: "label-note" }, why));
  }

  #draw(id, state, ...content) {
    const card = this.#cards.get(id);
    card.dataset.state = state;
    const head = h(
      "div",
      { class: "label-head" },
      h("strong", { title: id }, this.#names.of(id)),
      h("span", { class: "chip", "data-state": state }, state),
    );
    card.replaceChildren(head, ...content);
  }
}

function meter(score) {
  const share = Math.min(Math.abs(score) / SCORE_SPAN, 1) * 50;
  const bar = h("span", { class: "meter-bar", "data-sign": Math.sign(score) });
  bar.style.width = `${share}%`;
  bar.style.left = `${score < 0 ? 50 - share : 50}%`;
  return h("div", { class: "meter" }, h("span", { class: "meter-track" }, bar), h("span", { class: "score" }, `score ${signed(score)}`));
}

function reasonList(reasons) {
  const items = reasons.map(({ rule, weight, polarity }) => {
    const value = Math.abs(weight) * Math.sign(polarity ?? weight);
    return h("li", { "data-sign": Math.sign(value) }, h("b", {}, signed(value)), ` ${ruleName(rule)}`);
  });
  return items.length > 0 ? h("ul", { class: "reasons" }, ...items) : h("p", { class: "label-note" }, "No evidence yet.");
}
