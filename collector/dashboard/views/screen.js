// Whose signals must not teach, by which rule.

import { count, words } from "../lib/format.js";
import { html } from "../lib/h.js";
import { Bars, Card, Empty, Table, Tile, Tiles } from "../lib/parts.js";
import { at } from "../lib/time.js";

const LISTED = 100;

export const api = () => [`/v1/screen?limit=${LISTED}&kept=true`];
/** It looks at all there is. */
export const every = 60_000;

export function View({ data: [told] }) {
  const rules = Object.entries(told.rules).sort(([, a], [, b]) => b - a).map(([name, value]) => ({ name: words(name), value }));
  const columns = [
    { key: "who", title: "Person", cell: ({ subject }) => html`<code>${subject}</code>` },
    { key: "kind", title: "Named by", cell: ({ subject_kind, signed }) => `${subject_kind}${signed ? ", with tokens" : ""}` },
    { key: "why", title: "What no person does", cell: ({ broken }) => html`<ul>${broken.map(({ rule, detail }) => html`<li key=${rule}>${words(rule)} <span class="quiet">${detail}</span></li>`)}</ul>` },
    { key: "signals", title: "Signals", number: true, cell: ({ signals }) => count(signals) },
    { key: "outputs", title: "Outputs", number: true, cell: ({ outputs }) => count(outputs) },
  ];
  return html`
    <${Tiles} label="Screened">
      <${Tile} name="People set aside" value=${count(told.people)} />
      <${Tile} name="Their signals" value=${count(told.signals)} note="in no label, dataset or readout" />
    <//>
    ${told.people === 0
      ? html`<${Card} title="Screen"><${Empty} title="Nobody was screened">As of ${at(told.as_of)}, by ${told.policy.split("#")[0]}.<//><//>`
      : html`
        <${Card} title="By rule" note="Somebody may break several."><${Bars} label="People by rule" rows=${rules} /><//>
        <${Card} title="Who" note=${`As of ${at(told.as_of)}. ${told.people > LISTED ? `The first ${LISTED} of them.` : ""} Names are hidden ones.`}>
          <${Table} caption="Screened people" columns=${columns} rows=${told.screened} id=${({ subject, signed }) => `${subject} ${signed}`} />
        <//>`}`;
}
