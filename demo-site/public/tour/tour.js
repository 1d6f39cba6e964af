// The tour: a card above the composer that asks for one act after another and shows what became of
// each: the signal, the bytes that carried it, the label as it forms.

import { byId, h, iconButton } from "../dom.js";
import { follow } from "../inspector/feed.js";
import { LabelPoller } from "../inspector/label-poller.js";
import { bytes, count, fieldsOf, ruleName, signed } from "../inspector/words.js";
import { STEPS, Tour } from "./steps.js";

export function startTour() {
  const card = byId("tour");
  let tour;
  let label;
  const poller = new LabelPoller({ ask, changed() {} });

  byId("start-tour").addEventListener("click", open);
  byId("open-tour").addEventListener("click", () => (tour ? close() : open()));
  follow((entry) => {
    if (!tour?.take(entry)) return;
    if (tour.output) poller.touch(tour.output);
    draw();
  });

  function open() {
    tour = new Tour();
    label = undefined;
    poller.setActive(true);
    draw();
    card.querySelector("h2").focus();
  }

  function close() {
    tour = undefined;
    poller.setActive(false);
    draw();
    byId("open-tour").focus();
  }

  async function ask(id) {
    const response = await fetch(`/api/label/${encodeURIComponent(id)}`);
    if (!response.ok || id !== tour?.output) return;
    ({ label } = await response.json());
    draw();
  }

  function draw() {
    byId("open-tour").setAttribute("aria-pressed", tour !== undefined);
    card.hidden = !tour;
    if (!tour) return;
    const hadFocus = card.contains(document.activeElement);
    card.replaceChildren(...(tour.isOver ? ending() : stepOf()));
    if (hadFocus) card.querySelector("button.primary, h2")?.focus({ preventScroll: true });
  }

  function stepOf() {
    const { step, signal, send } = tour;
    const parts = [head(`${tour.at + 1} of ${STEPS.length}`, step.title)];
    if (!signal) return [...parts, h("p", {}, step.todo), labelLine(label)];
    const next = h("button", { type: "button", class: "button primary", onclick: go }, "Next");
    return [...parts, h("p", {}, step.told(signal)), facts(signal, send), labelLine(label), h("div", { class: "row" }, next)];
  }

  function go() {
    tour.next();
    if (tour.isOver) poller.touch(tour.output); // once more, for the sum
    draw();
  }

  function ending() {
    const { signals, bytes: size, requests } = tour.sum;
    const text = `That was ${count(signals, "signal")} in ${bytes(size)} and ${count(requests, "request")}. Nobody had to rate anything.`;
    return [
      head("done", "One answer, labelled"),
      h("p", {}, text),
      labelLine(label),
      h("div", { class: "row" }, h("button", { type: "button", class: "button primary", onclick: close }, "Close"), h("a", { href: "/docs/" }, "Read how it works")),
    ];
  }

  function head(where, title) {
    const name = h("h2", { id: "tour-title", tabindex: "-1" }, h("span", { class: "where" }, where), title);
    return h("header", {}, name, iconButton("close", "Close the tour", close));
  }
}

function facts(signal, send) {
  const fields = [signal.kind, ...fieldsOf(signal, () => "another answer")].join(" · ");
  const sent = send ? `${count(send.events, "event")} sent in ${bytes(send.bytes)}` : "about to be sent";
  return h("dl", {}, h("dt", {}, "Signal"), h("dd", {}, fields), h("dt", {}, "Sent"), h("dd", {}, sent));
}

function labelLine(label) {
  if (!label) return h("p", { class: "tour-label", hidden: true });
  const { state, score, reasons = [] } = label;
  const why = reasons.map(({ rule, weight, polarity }) => `${ruleName(rule)} ${signed(Math.abs(weight) * Math.sign(polarity ?? weight))}`);
  return h(
    "p",
    { class: "tour-label" },
    "Label ",
    h("span", { class: "chip", "data-state": state }, state),
    h("b", {}, ` ${signed(score)} `),
    h("span", { class: "muted" }, why.join(", ")),
  );
}
