// At a glance: whether capture works, and what people think.

import { percent, words } from "../lib/format.js";
import { html } from "../lib/h.js";
import { Bars, Card, toneOf } from "../lib/parts.js";
import { Plot } from "../lib/plot.js";

export const api = () => ["/v1/capture-rate", "/v1/overview"];

export function View({ data: [trend, overview] }) {
  const rows = (counts) => Object.entries(counts).sort(([, a], [, b]) => b - a);
  const states = rows(overview.states).map(([name, value]) => ({ name, value, tone: toneOf(name) }));
  const reasons = rows(overview.reasons).map(([name, value]) => ({ name: words(name), value, title: overview.rules[name] }));
  const lines = [
    { title: "Capture rate", values: trend.weeks.map((week) => week.capture_rate), band: [trend.weeks.map(({ low }) => low), trend.weeks.map(({ high }) => high)] },
    { title: "Reach", values: trend.weeks.map((week) => week.reach), colour: "rest", dash: true },
  ];
  return html`
    <${Card} title="Capture rate">
      <${Plot} name="Capture rate and reach by week" times=${trend.weeks.map((week) => week.from)} lines=${lines} format=${(share) => percent(share, 0)} max=${1} />
    <//>
    <div class="columns">
      <${Card} title="Labels"><${Bars} label="Labels by state" rows=${states} /><//>
      <${Card} title="What decided them"><${Bars} label="Labels by reason" rows=${reasons} /><//>
    </div>`;
}
