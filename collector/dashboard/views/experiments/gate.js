// What the gate says of an arm, in words.

import { path } from "../../lib/api.js";
import { words } from "../../lib/format.js";
import { html } from "../../lib/h.js";
import { Card, Pill } from "../../lib/parts.js";
import { useJson } from "../datasets/loaded.js";

export const gate = (experiment, arm) => path(`/v1/verify/${encodeURIComponent(experiment)}`, { arm, kept: true });

export function Gate({ experiment, arm, verdicts }) {
  const { data, error } = useJson(gate(experiment, arm));
  const body = () => {
    if (error) return html`<p class="bad" role="alert">${error.message}</p>`;
    if (!data) return html`<p class="quiet" role="status">Asking …</p>`;
    return html`<${Told} report=${data} verdicts=${verdicts} />`;
  };
  return html`<${Card} title=${`Ship ${arm}?`}>${body()}<//>`;
}

const TONES = { ok: "good", ship: "good", hold: "mixed", stop: "bad" };

function Told({ report: { verdict, summary, conditions }, verdicts }) {
  return html`
    <p><${Pill} tone=${verdicts[verdict]}>${verdict}<//> ${summary}</p>
    <ul class="findings">${conditions.map(({ check, metric, verdict: one, found, needs }) => html`
      <li key=${`${check} ${metric}`}><p><${Pill} tone=${TONES[one] ?? "rest"}>${one}<//> ${words(check)}${metric ? ` ${words(metric)}` : ""}</p><p class="quiet">${found}${needs ? `; needs ${needs}` : ""}</p></li>`)}</ul>`;
}
