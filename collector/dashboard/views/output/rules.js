// The label: each rule that fired, what it adds, what it rests on; and why others did not.

import { counted, words } from "../../lib/format.js";
import { html, useState } from "../../lib/h.js";
import { Card, Pill, State } from "../../lib/parts.js";
import { at } from "../../lib/time.js";

const OUTCOMES = {
  counted: ["good", "counts"],
  note: ["rest", "a note"],
  outdone: ["mixed", "outdone"],
  not_fired: ["rest", "did not fire"],
  off: ["rest", "switched off"],
};

const signed = (score) => (score > 0 ? `+${score}` : String(score).replace("-", "−"));

export function Rules({ label, explanation, light }) {
  const fired = explanation.rules.filter(({ outcome }) => !["not_fired", "off"].includes(outcome));
  const others = explanation.rules.filter(({ outcome }) => ["not_fired", "off"].includes(outcome));
  return html`
    <${Card} title="Why the label is that" note="Point at a rule to see the signals it rests on.">
      <${Sum} label=${label} explanation=${explanation} />
      ${fired.length > 0 && html`<${Fired} rules=${fired} light=${light} />`}
      <details class="others"><summary>${counted(others.length, "rule")} did not fire</summary><${Others} rules=${others} /></details>
      <p class="quiet">By the policy <code>${label.policy}</code></p>
    <//>`;
}

function Sum({ label, explanation: { sum, score, decide, confidence, weight, open, late } }) {
  const parts = sum.map(({ rule, score }) => `${signed(score)} (${words(rule)})`);
  return html`
    <div class="sum">
      <p>${parts.length > 0 ? `${parts.join(" ")} = ${signed(score)}.` : "No rule with a score fired."} At ${decide} either way it is decided: <${State} state=${label.state} /></p>
      <p class="quiet">Confidence ${confidence.value}${confidence.scale !== 1 && `: ${confidence.unread} by the score, less for how little of it was read`}.
        Training weight ${weight.value}${weight.value !== weight.fresh && `, ${weight.fresh} when it was fresh`}.</p>
      ${open.map(({ what, until }) => html`<p class="quiet" key=${what}>Still open: ${what}, until ${at(until)}.</p>`)}
      ${late && html`<p class="quiet">Changed after it was final: it was ${late.before.state} with ${signed(late.before.score)}.</p>`}
    </div>`;
}

function Fired({ rules, light }) {
  return html`
    <div class="scroll" tabindex="0" role="group" aria-label="Rules that fired">
      <table class="rules stacks">
        <caption class="unseen">Rules that fired</caption>
        <thead><tr><th scope="col">Rule</th><th scope="col">Outcome</th><th scope="col" class="number">Score</th><th scope="col" class="number">Weight</th><th scope="col">Rests on</th></tr></thead>
        <tbody>${rules.map((rule) => html`<${Row} key=${rule.rule} rule=${rule} light=${light} />`)}</tbody>
      </table>
    </div>`;
}

function Row({ rule: { rule, reason, outcome, outdone_by: by, family, score, weight, evidence = [] }, light }) {
  const [isHeld, hold] = useState(false);
  const ids = evidence.map(({ id }) => id);
  const off = () => !isHeld && light([]);
  const press = () => {
    hold(!isHeld);
    light(isHeld ? [] : ids);
  };
  const [tone, told] = OUTCOMES[outcome];
  return html`
    <tr onMouseEnter=${() => light(ids)} onMouseLeave=${off}>
      <th scope="row">
        <button class="plain small" aria-pressed=${String(isHeld)} onClick=${press} onFocus=${() => light(ids)} onBlur=${off}>${words(rule)}</button>
        <span class="quiet block">${reason}</span>
      </th>
      <td data-title="Outcome"><${Pill} tone=${tone}>${told}<//>${by && html`<span class="quiet block">by ${words(by)}, of the family ${family}</span>`}</td>
      <td class="number" data-title="Score">${signed(score)}</td>
      <td class="number" data-title="Weight">${weight}</td>
      <td data-title="Rests on">${evidence.map(({ kind }) => words(kind)).join(", ") || "what did not happen"}</td>
    </tr>`;
}

function Others({ rules }) {
  const found = (value) => (value === null || value === undefined ? "nothing known" : String(value));
  return html`
    <div class="scroll" tabindex="0" role="group" aria-label="Rules that did not fire">
      <table class="stacks">
        <caption class="unseen">Rules that did not fire</caption>
        <thead><tr><th scope="col">Rule</th><th scope="col" class="number">Score</th><th scope="col">It wants</th><th scope="col">There is</th></tr></thead>
        <tbody>${rules.map(({ rule, score, outcome, missed: [first] = [] }) => html`
          <tr key=${rule}>
            <th scope="row">${words(rule)}</th>
            <td class="number" data-title="Score">${signed(score)}</td>
            <td data-title="It wants">${outcome === "off" ? "switched off by an override" : first?.wanted}</td>
            <td data-title="There is">${outcome === "off" ? "" : found(first?.found)}</td>
          </tr>`)}</tbody>
      </table>
    </div>`;
}
