// What people think by model and by prompt version, with intervals.

import { count, sum } from "../lib/format.js";
import { html } from "../lib/h.js";
import { Card, Empty, Rate, Table } from "../lib/parts.js";
import { Standing, ends, rollups, shareTold } from "../lib/rollups.js";

export const api = (state) => [rollups("model", state), rollups("prompt_version", state)];

const SORT = "-outputs";

const RATES = [
  ["capture_rate", "Capture rate", "accent"],
  ["positive_rate", "Positive", "good"],
  ["negative_rate", "Negative", "bad"],
];

/** A scale on which the highest end of all rows still fits, in steps of a tenth. */
function scale(rows, name) {
  const highest = Math.max(0, ...rows.map(({ rates }) => rates[name]?.high ?? rates[name]?.value ?? 0));
  return Math.min(1, Math.max(0.1, Math.ceil(highest * 10) / 10));
}

function columns(field, title, rows, state, link) {
  const whole = sum(rows.map(({ outputs }) => outputs));
  const name = (row) => {
    if (row.others) return html`<span class="quiet">${count(row.others)} others</span>`;
    if (row.slice === null) return html`<span class="quiet">not named</span>`;
    if (state[field] === row.slice) return html`<span>${row.slice}</span> <a class="small-link" href=${link({ [field]: null })}>show all</a>`;
    return html`<a href=${link({ [field]: row.slice })} title=${`Show ${row.slice} alone, in every view`}>${row.slice}</a>`;
  };
  const rates = RATES.map(([key, title, tone]) => {
    const most = scale(rows, key);
    return {
      key, title, unit: `0 – ${Math.round(100 * most)} %`, help: "Of mature labels; the line is the 95 % interval",
      sort: ({ rates }) => rates[key]?.value,
      cell: ({ rates }) => html`<${Rate} value=${rates[key]?.value} ci=${ends(rates[key])} most=${most} tone=${tone} />`,
    };
  });
  return [
    { key: "name", title, sort: ({ slice }) => slice, cell: name },
    { key: "outputs", title: "Outputs", number: true, sort: ({ outputs }) => outputs, cell: ({ outputs }) => html`<span>${count(outputs)} <span class="quiet">${shareTold(outputs, whole)}</span></span>` },
    { key: "n", title: "n", number: true, help: "Conversations with a mature label: what the rates rest on", sort: ({ rates }) => rates.capture_rate?.groups, cell: ({ rates }) => count(rates.capture_rate?.groups ?? 0) },
    ...rates,
  ];
}

export function View({ data: [models, versions], state, go, link }) {
  const sorted = state.params.sort ?? SORT;
  const onSort = (sort) => go({ sort: sort === SORT ? null : sort });
  const table = (answer, field, title) => html`
    <${Card} title=${`By ${title.toLowerCase()}`}>
      ${answer.rows.length === 0
        ? html`<${Empty} title="No output in this range">A server says model and prompt version when it registers an output.<//>`
        : html`<${Table} caption=${`By ${title.toLowerCase()}`} rows=${answer.rows} columns=${columns(field, title, answer.rows, state, link)} sorted=${sorted} onSort=${onSort} />`}
    <//>`;
  return html`
    <${Standing} answer=${models} />
    ${table(models, "model", "Model")}
    ${table(versions, "prompt_version", "Prompt version")}
    <p class="quiet">Rates are of outputs whose label no longer changes, each standing for 1 ÷ its sample. Intervals are 95 % confidence sequences by conversation; there is none of fewer than 100 conversations, or of fewer than ten that did it or did not. Rows that differ by less than their intervals may not differ.</p>`;
}
