// Whether a number rises at the cost of what guards it: what was compared, and both trends.

import { path } from "../lib/api.js";
import { count, words } from "../lib/format.js";
import { html } from "../lib/h.js";
import { Found } from "../lib/kept.js";
import { metricDelta, metricName, metricValue } from "../lib/metrics.js";
import { Card, Empty, Pill, Table, Tile, Tiles } from "../lib/parts.js";
import { Plot } from "../lib/plot.js";
import { everyDay, rateLine, rollups } from "../lib/rollups.js";
import { daysBack } from "../lib/time.js";

export const every = 30_000;

const BY = [
  ["week", "Week"],
  ["prompt_version", "Prompt version"],
  ["model", "Model"],
  ["release", "Release"],
];

/** The same question stays the same while time goes on. */
function span({ params, since, until }) {
  const days = daysBack(params);
  return days ? { days } : { since, until };
}

export const api = (state) => [
  path("/v1/guardrails", { by: state.params.by, ...span(state), kept: true }),
  rollups("day", state),
];

const VERDICTS = { suspicious: ["bad", 0], unclear: ["mixed", 1], ok: ["good", 2] };
const nameOf = ({ metric, guard }) => `${metric}~${guard}`;

/** The latest comparison of every pair, the worrying ones first. */
export function latest(findings) {
  const pairs = new Map(findings.map((finding) => [nameOf(finding), finding]));
  return [...pairs.values()].sort((a, b) => VERDICTS[a.verdict][1] - VERDICTS[b.verdict][1]);
}

export function View({ data: [report, byDay], state, go, link }) {
  const pairs = latest(report.findings);
  const chosen = pairs.find((pair) => nameOf(pair) === state.params.pair) ?? pairs[0];
  const by = state.params.by ?? BY[0][0];
  const now = (verdict) => pairs.filter((pair) => pair.verdict === verdict).length;
  return html`
    <div class="row">
      <label>Compare by <select value=${by} onChange=${(event) => go({ by: event.target.value === BY[0][0] ? null : event.target.value })}>
        ${BY.map(([value, title]) => html`<option value=${value} selected=${value === by}>${title}</option>`)}
      </select></label>
    </div>
    <${Found} as_of=${report.as_of} kept=${report.kept} now=${state.now} />
    <${Tiles} label="Pairs by verdict">
      <${Tile} name="Suspicious" value=${count(now("suspicious"))} tone=${now("suspicious") > 0 ? "bad" : ""} note="rose while its guard fell" />
      <${Tile} name="Unclear" value=${count(now("unclear"))} note="too few people to say" />
      <${Tile} name="In order" value=${count(now("ok"))} note="did not rise, or its guard held" />
    <//>
    ${chosen ? html`
      <${Pair} pair=${chosen} all=${report.findings} byDay=${byDay} link=${link} />
      <${Card} title="All pairs" note="The latest comparison of each. A guard says what a change would harm that raises the number and not the help.">
        <${Pairs} pairs=${pairs} chosen=${chosen} link=${link} />
      <//>`
      : html`<${Card} title="All pairs"><${Empty} title="Nothing to compare yet">Two ${by === "week" ? "whole weeks" : "of these"} whose labels are mature are needed.<//><//>`}
    <p class="quiet">These are observations, not proofs: what else changed between the two is not known. An <a href=${link("experiments")}>experiment</a> tells cause from chance.</p>`;
}

const Verdict = ({ verdict }) => html`<${Pill} tone=${VERDICTS[verdict][0]}>${verdict === "ok" ? "in order" : verdict}<//>`;

function Pairs({ pairs, chosen, link }) {
  const side = (name, { before, after, delta }) => before.value === null && after.value === null ? html`<span class="quiet">not measured</span>` : html`<span>${metricValue(name, before.value)} → ${metricValue(name, after.value)} <span class="quiet when">${metricDelta(name, delta)}</span></span>`;
  const columns = [
    { key: "pair", title: "Pair", cell: (pair) => html`<a href=${link({ pair: nameOf(pair) })} aria-current=${pair === chosen ? "true" : undefined}>${metricName(pair.metric)} ↔ ${metricName(pair.guard).toLowerCase()}</a>` },
    { key: "verdict", title: "Verdict", cell: ({ verdict }) => html`<${Verdict} verdict=${verdict} />` },
    { key: "values", title: "Metric", unit: "before → after", cell: ({ metric, metric_values }) => side(metric, metric_values) },
    { key: "guards", title: "Guard", unit: "before → after", cell: ({ guard, guard_values }) => side(guard, guard_values) },
    { key: "people", title: "People", number: true, cell: ({ metric_values: { before, after } }) => `${count(before.people)} → ${count(after.people)}` },
  ];
  return html`<${Table} caption="Pairs of a metric and its guard" columns=${columns} rows=${pairs} id=${nameOf} />`;
}

function Pair({ pair, all, byDay, link }) {
  const { times, days } = everyDay(byDay);
  const history = all.filter((finding) => nameOf(finding) === nameOf(pair));
  const plot = (name, colour) => {
    const line = rateLine(days, name, { title: metricName(name), colour });
    return line.values.some((value) => value !== null)
      ? html`<${Plot} name=${`${metricName(name)} by day`} times=${times} lines=${[line]} format=${(value) => metricValue(name, value)} height=${150} />`
      : html`<p class="quiet">${metricName(name)} has no trend by day: too little of it is known.</p>`;
  };
  return html`
    <section class="card" aria-label="The pair">
      <div class="card-head"><h2>${metricName(pair.metric)} ↔ ${metricName(pair.guard).toLowerCase()}</h2><${Verdict} verdict=${pair.verdict} /></div>
      <div class="columns">
        <div>${plot(pair.metric, "accent")}</div>
        <div>${plot(pair.guard, "mixed")}</div>
      </div>
      <ul class="evidence">
        ${history.toReversed().map((finding) => html`
          <li key=${finding.after}><span class="quiet">${finding.before} → ${finding.after}</span> <${Verdict} verdict=${finding.verdict} /> <span>${words(finding.evidence)}.</span>
            ${finding.examples.length > 0 && html`<span class="quiet"> Look at ${finding.examples.map((id, index) => html`${index > 0 && ", "}<a href=${link(`outputs/${encodeURIComponent(id)}`)}>${id}</a>`)}.</span>`}
          </li>`)}
      </ul>
    </section>`;
}
