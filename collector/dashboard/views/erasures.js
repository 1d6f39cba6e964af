// Who was forgotten, and how far that is.

import { count, counted, words } from "../lib/format.js";
import { html } from "../lib/h.js";
import { Card, Empty, Pill, Table } from "../lib/parts.js";
import { at } from "../lib/time.js";

export const api = () => ["/v1/erasures"];

const TONES = { done: "good", running: "mixed", waiting: "rest" };
/** What each step is for. */
const STEPS = {
  tombstone: "nothing more of the person is taken",
  store: "nothing of them is in the database",
  log: "nor in the log",
  builds: "builds that hold them are named",
  file: "nor in unused parts of the database's file",
};

export function View({ data: [{ erasures }], link }) {
  const columns = [
    { key: "job", title: "Erasure", cell: ({ job }) => html`<code>${job}</code>` },
    { key: "kind", title: "Named by", cell: ({ kind }) => kind },
    { key: "state", title: "State", cell: ({ state }) => html`<${Pill} tone=${TONES[state]}>${state}<//>` },
    { key: "asked", title: "Asked for", cell: ({ requested_at }) => at(requested_at) },
    { key: "done", title: "Done", cell: ({ finished_at }) => at(finished_at) },
    { key: "steps", title: "Steps", cell: (one) => html`<${Steps} steps=${one.steps} />` },
    { key: "left", title: "Left to do elsewhere", cell: (one) => html`<${Left} erasure=${one} link=${link} />` },
  ];
  return html`
    <${Card} title="Erasures" note="Asked for by DELETE /v1/subjects/ID or tacit erase. People are not named here: nothing that leads to them is kept.">
      ${erasures.length === 0
        ? html`<${Empty} title="Nobody asked to be forgotten">The command is <code>tacit erase --project NAME ID</code>.<//>`
        : html`<${Table} caption="Erasures, the latest first" columns=${columns} rows=${erasures.toReversed()} id=${({ job }) => job} />`}
    <//>`;
}

function Steps({ steps }) {
  return html`<ul class="steps">${steps.map(({ step, state, error, found = {} }) => {
    const told = Object.entries(found).map(([name, found]) => `${count(found)} ${words(name)}`).join(", ");
    return html`<li key=${step}><${Pill} tone=${error ? "bad" : TONES[state]}>${state}<//> ${STEPS[step] ?? step}${told && html` <span class="quiet">(${told})</span>`}${error && html` <span class="bad">${error}</span>`}</li>`;
  })}</ul>`;
}

/** What the collector cannot take back itself. */
function Left({ erasure: { builds, builds_unread, sent_to }, link }) {
  const lines = [
    ...builds.map(({ build, kind }) => html`<li key=${build}>make ${kind} <a class="id" href=${link(`datasets/${build}`)}>${build}</a> anew</li>`),
    ...builds_unread.map(({ build, out }) => html`<li key=${build}>look at <code>${build}</code>, which is not at <code>${out}</code></li>`),
    ...sent_to.map(({ target, outputs }) => html`<li key=${target}>take labels of ${counted(outputs, "output")} out of ${target}</li>`),
  ];
  return lines.length === 0 ? html`<span class="quiet">nothing</span>` : html`<ul>${lines}</ul>`;
}
