// A metric over time: what each look said, with its confidence sequence.

import { count, words } from "../../lib/format.js";
import { html } from "../../lib/h.js";
import { metricSize } from "../../lib/metrics.js";
import { Card } from "../../lib/parts.js";
import { Plot } from "../../lib/plot.js";
import { difference } from "./unit.js";

const COLOURS = ["accent", "good", "mixed", "bad", "rest"];

export function Course({ course, readout, isPrimary, mde, guardrail }) {
  const times = [...new Set(course.arms.flatMap(({ looks }) => looks.map((look) => look.at)))].sort((a, b) => a - b);
  const write = difference(course.unit);
  const lines = course.arms.map(({ arm, looks }, index) => {
    const byTime = new Map(looks.map((look) => [look.at, look]));
    const values = (name) => times.map((time) => byTime.get(time)?.[name] ?? null);
    return { title: `${arm} − control`, colour: COLOURS[index % COLOURS.length], values: values("delta"), band: [values("low"), values("high")] };
  });
  const levels = [{ value: 0, title: "no difference" }];
  if (isPrimary) levels.push({ value: mde, title: "smallest worth knowing" }, { value: -mde, title: "" });
  const role = isPrimary ? "primary" : guardrail ? `guardrail, margin ${metricSize(course.metric, guardrail.margin)}` : "secondary";
  const people = Math.max(0, ...course.arms.flatMap(({ looks }) => looks.map((look) => look.people)));
  return html`
    <${Card} title=${`${words(course.metric)} over time`} note=${`${course.definition} ${role[0].toUpperCase()}${role.slice(1)}. The band is a confidence sequence (${Math.round(100 * (1 - course.level) * 10) / 10} %): it may be looked at any time. n ${count(people)}.`}>
      <${Plot} name=${`${words(course.metric)}, difference to the control of ${readout.experiment}`} times=${times} lines=${lines} levels=${levels} format=${write} />
    <//>`;
}
