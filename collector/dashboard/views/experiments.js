// What is tried on people, and what went live.

import { percent } from "../lib/format.js";
import { html } from "../lib/h.js";
import { Found } from "../lib/kept.js";
import { Card, Empty, Pill, Table } from "../lib/parts.js";
import { at } from "../lib/time.js";
import { Experiment } from "./experiments/one.js";

const one = (id) => `/v1/experiments/${encodeURIComponent(id)}`;

export const api = ({ id }) => (id ? [one(id), `${one(id)}/readout?series=true&kept=true`] : ["/v1/experiments", "/v1/releases"]);
/** A readout is of all there is. */
export const every = 30_000;

const TONES = { running: "good", scheduled: "rest", ended: "rest" };
const VERDICTS = { ship: "good", hold: "mixed", stop: "bad" };
const PROOFS = { unproven: ["bad", "unproven"], experiment: ["rest", "an experiment is named"], not_needed: ["rest", "nothing learnt from people is in it"] };

export function View({ data, state, link }) {
  if (state.id) return html`<${Found} as_of=${data[1].as_of} kept=${data[1].kept} now=${state.now} /><${Experiment} declared=${data[0]} readout=${data[1]} link=${link} tones=${TONES} verdicts=${VERDICTS} />`;
  const [{ experiments }, { releases }] = data;
  return html`
    <${Card} title="Experiments" note="Compared by always-valid statistics: look as often as you like.">
      ${experiments.length === 0
        ? html`<${Empty} title="No experiment yet">Declare one: <code>tacit experiment add FILE.toml</code>, or <code>POST /v1/experiments</code>.<//>`
        : html`<${Table} caption="Experiments, the latest declared first" columns=${columns(link)} rows=${experiments.toReversed()} id=${({ name }) => name} />`}
    <//>
    <${Releases} releases=${releases} link=${link} />`;
}

const columns = (link) => [
  { key: "name", title: "Experiment", cell: ({ name }) => html`<a class="id" href=${link(`experiments/${name}`)}>${name}</a>` },
  { key: "state", title: "State", cell: ({ state }) => html`<${Pill} tone=${TONES[state]}>${state}<//>` },
  { key: "arms", title: "Arms", cell: ({ arms }) => arms.map(({ name, weight }) => `${name} ${percent(weight, 0)}`).join(", ") },
  { key: "primary", title: "To get better", cell: ({ primary }) => html`<code>${primary}</code>` },
  { key: "guards", title: "Guarded by", cell: ({ guardrails }) => guardrails.map(({ metric }) => html`<code key=${metric}>${metric}</code> `) },
  { key: "holdout", title: "Held out", number: true, cell: ({ holdout }) => percent(holdout, 1) },
  { key: "from", title: "From", cell: ({ starts_at }) => at(starts_at) },
  { key: "to", title: "To", cell: ({ ends_at, ended_at }) => at(ended_at ?? ends_at) },
];

function Releases({ releases, link }) {
  const cells = [
    { key: "name", title: "Release", cell: ({ name }) => html`<span class="id">${name}</span>` },
    { key: "kind", title: "Kind", cell: ({ kind }) => html`<span class="when">${kind}</span>` },
    { key: "at", title: "Live since", cell: ({ at: when }) => at(when) },
    { key: "from", title: "Made from", cell: ({ from }) => (from ? html`<code>${from}</code>` : "–") },
    { key: "experiment", title: "Compared by", cell: ({ experiment, arm }) => (experiment ? html`<a href=${link(`experiments/${experiment}`)}>${experiment}</a>${arm ? `, arm ${arm}` : ""}` : "–") },
    { key: "proof", title: "Verified", cell: (release) => html`<${Verified} release=${release} />` },
    { key: "note", title: "Note", cell: ({ note }) => note ?? "" },
  ];
  return html`
    <${Card} title="Releases" note="What went live, from what, and what the gate last said of it.">
      ${releases.length === 0
        ? html`<${Empty} title="Nothing is written down">Tell what goes live: <code>tacit release add</code>.<//>`
        : html`<${Table} caption="Releases, the latest first" columns=${cells} rows=${releases.toReversed()} id=${({ release }) => release} />`}
    <//>`;
}

function Verified({ release: { proof, verified } }) {
  if (verified) return html`<${Pill} tone=${VERDICTS[verified.verdict]}>${verified.verdict}<//> <span class="quiet">as of ${at(verified.as_of)}</span>`;
  const [tone, text] = PROOFS[proof] ?? ["rest", proof];
  return html`<${Pill} tone=${tone}>${text}<//>`;
}
