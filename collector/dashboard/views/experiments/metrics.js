// What the arms did by now, metric by metric.

import { count, words } from "../../lib/format.js";
import { html } from "../../lib/h.js";
import { Card, Pill, Table } from "../../lib/parts.js";
import { difference, writer } from "./unit.js";

const GUARDS = { held: ["good", "held"], open: ["rest", "open"], rare: ["rest", "rare"], harmed: ["bad", "harmed"] };

export function Metrics({ effects, courses }) {
  const unit = (metric) => courses.find((course) => course.metric === metric)?.unit;
  const rows = [
    ...told("primary", [effects.primary], unit),
    ...told("secondary", effects.secondary, unit),
    ...told("guardrail", effects.guardrails, unit),
  ];
  const columns = [
    { key: "metric", title: "Metric", cell: ({ metric, better }) => html`${words(metric)} <span class="quiet">${better} is better</span>` },
    { key: "role", title: "Role", cell: ({ role }) => role },
    { key: "arm", title: "Arm", cell: ({ arm }) => arm },
    { key: "n", title: "n", number: true, cell: ({ people }) => count(people) },
    { key: "value", title: "Control → arm", cell: ({ control, value, write }) => html`<span class="when">${number(control, write)} →</span> <span class="when">${number(value, write)}</span>` },
    { key: "effect", title: "Difference", unit: "with its confidence sequence", cell: ({ effect, change }) => (effect ? html`<b>${change(effect.delta)}</b> <span class="quiet when">${change(effect.low)} to ${change(effect.high)}</span>` : html`<span class="quiet">too few people</span>`) },
    { key: "p", title: "p", number: true, cell: ({ p }) => (p === null || p === undefined ? "–" : p.toPrecision(2)) },
    { key: "said", title: "In words", cell: (row) => html`<${Said} ...${row} />` },
  ];
  return html`
    <${Card} title="What the arms did" note="Arm − control. p is always valid, and corrected for there being several.">
      ${effects.hacking.map(({ arm, metric, evidence }) => html`<p key=${arm} class="bad"><b>${words(metric)} of ${arm} rose at the cost of what guards it:</b> ${words(evidence.join("; "))}</p>`)}
      <${Table} caption="Effects by metric and arm" columns=${columns} rows=${rows} id=${({ role, metric, arm }) => `${role} ${metric} ${arm}`} />
    <//>`;
}

const number = (value, write) => (value === null || value === undefined ? "–" : write(value));

function told(role, measured, unitOf) {
  return measured.flatMap(({ metric, better, arms, comparisons, guards }) => comparisons.map((found) => {
    const here = arms.find(({ arm }) => arm === found.arm);
    const unit = unitOf(metric);
    return {
      role, metric, better, arm: found.arm, people: here?.people, control: arms[0]?.value, value: here?.value,
      write: writer(unit), change: difference(unit), effect: found[found.method], p: found.p_adjusted, isFound: found.significant,
      guard: guards?.find(({ arm }) => arm === found.arm),
    };
  }));
}

function Said({ effect, better, isFound, guard }) {
  if (guard) {
    const [tone, word] = GUARDS[guard.state];
    return html`<${Pill} tone=${tone}>${word}<//> <span class="quiet">${words(guard.evidence)}</span>`;
  }
  if (!effect || !isFound) return html`<${Pill}>not known yet<//>`;
  const isBetter = better === "higher" ? effect.delta > 0 : effect.delta < 0;
  return html`<${Pill} tone=${isBetter ? "good" : "bad"}>${isBetter ? "better" : "worse"}<//>`;
}
