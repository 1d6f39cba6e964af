// One experiment: what was declared, who came, what the arms did, what the gate says.

import { count, percent, words } from "../../lib/format.js";
import { html } from "../../lib/h.js";
import { metricSize } from "../../lib/metrics.js";
import { Card, Pill, Table } from "../../lib/parts.js";
import { at } from "../../lib/time.js";
import { Assignment } from "./assignment.js";
import { Course } from "./course.js";
import { Gate } from "./gate.js";
import { Metrics } from "./metrics.js";

export function Experiment({ declared, readout, link, tones, verdicts }) {
  const back = html`<a href=${link("experiments")}>All experiments</a>`;
  const treatments = declared.arms.slice(1).map(({ name }) => name);
  const { effects, stopped, courses } = readout;
  const hasLooks = ({ arms }) => arms.some(({ looks }) => looks.length > 0);
  const later = courses.filter((course) => !hasLooks(course));
  return html`
    <${Card} title=${declared.name} aside=${back}>
      <p role="status"><${Pill} tone=${tones[declared.state]}>${declared.state}<//> <span class="quiet">${span(declared)}, as of ${at(readout.as_of)}</span></p>
      ${declared.note && html`<p>${declared.note}</p>`}
      <${Declared} declared=${declared} />
    <//>
    <${Assignment} readout=${readout} />
    ${stopped && html`<${Card} title="No effect is shown"><p class="bad">${words(stopped)}: more than 1 % of the people who took part were given another arm than they were assigned. What the arms did cannot be told.</p><//>`}
    <div class="columns">${treatments.map((arm) => html`<${Gate} key=${arm} experiment=${declared.name} arm=${arm} verdicts=${verdicts} />`)}</div>
    ${effects && html`<${Metrics} effects=${effects} courses=${courses} />`}
    ${later.length > 0 && html`<${Card} title="Over time"><p class="quiet">Not yet, both arms need people enough: ${later.map(({ metric }) => words(metric)).join(", ")}.</p><//>`}
    ${courses.map((course, index) => hasLooks(course) && html`<${Course} key=${course.metric} course=${course} readout=${readout} isPrimary=${index === 0} mde=${declared.mde} guardrail=${declared.guardrails.find(({ metric }) => metric === course.metric)} />`)}
    ${effects && html`<${Power} power=${effects.power} primary=${declared.primary} mde=${declared.mde} />`}`;
}

function span({ starts_at: from, ends_at: to, ended_at: ended }) {
  const end = ended ?? to;
  return end ? `${at(from)} to ${at(end)}` : `since ${at(from)}, no end is set`;
}

function Declared({ declared }) {
  const { primary, secondary, guardrails, mde, alpha, traffic, holdout, settle, unit } = declared;
  const facts = [
    ["to get better", html`<code>${primary}</code>`],
    ["looked at as well", secondary.length > 0 ? secondary.join(", ") : "–"],
    ["must not get worse", guardrails.length > 0 ? guardrails.map(({ metric, margin }) => `${metric} by ${metricSize(metric, margin)}`).join(", ") : "–"],
    ["smallest change worth knowing", metricSize(primary, mde)],
    ["chance of a false finding", percent(alpha, 1)],
    ["traffic", percent(traffic, 0)],
    ["held out", percent(holdout, 1)],
    ["outputs count after", settle ?? "–"],
    ["by", unit],
  ];
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function Power({ power, primary, mde }) {
  const size = (value) => metricSize(primary, value);
  const columns = [
    { key: "arm", title: "Arm", cell: ({ arm }) => arm },
    { key: "half", title: "Half the interval", number: true, cell: ({ half_width: half }) => (half === null || half === undefined ? "–" : size(half)) },
    { key: "people", title: "People", number: true, cell: ({ people }) => count(people) },
    { key: "needed", title: "Needed", number: true, cell: ({ people_needed }) => count(people_needed) },
    { key: "rate", title: "A day", number: true, cell: ({ people_per_day }) => count(Math.round(people_per_day)) },
    { key: "days", title: "Days more", number: true, cell: ({ days_more }) => count(days_more) },
  ];
  return html`<${Card} title="How much longer" note=${`Until the interval of the primary metric is as narrow as ${size(mde)} to either side, the smallest change worth knowing.`}><${Table} caption="How much longer, by arm" columns=${columns} rows=${power} id=${({ arm }) => arm} /><//>`;
}
