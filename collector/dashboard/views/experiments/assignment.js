// Who came into which arm, and whether that is as it was declared.

import { count, counted, percent } from "../../lib/format.js";
import { html } from "../../lib/h.js";
import { Card, Pill, Table } from "../../lib/parts.js";

export function Assignment({ readout: { people, srm } }) {
  const columns = [
    { key: "arm", title: "Arm", cell: ({ arm }) => arm },
    { key: "weight", title: "Declared", number: true, cell: ({ weight }) => percent(weight) },
    { key: "assigned", title: "Assigned", number: true, cell: ({ assigned }) => count(assigned) },
    { key: "exposed", title: "Exposed", number: true, help: "Who saw an output that takes part", cell: ({ exposed }) => count(exposed) },
    { key: "share", title: "Of exposed", number: true, cell: ({ exposed }) => (people.exposed ? percent(exposed / people.exposed) : "–") },
    { key: "analysed", title: "n", number: true, help: "Of them with an output that has settled", cell: ({ analysed }) => count(analysed) },
  ];
  return html`
    <${Card} title="Who took part" note="People with an id of the site or a visitor id; programs are left out.">
      <${Table} caption="People by arm" columns=${columns} rows=${people.arms} id=${({ arm }) => arm} />
      <ul class="findings">
        <li><p><${Ratio} srm=${srm} /></p></li>
        <li><p><${Pill} tone=${people.mismatched_share > 0.01 ? "bad" : "good"}>arm given ≠ assigned<//> ${counted(people.mismatched, "person", "people")}, ${percent(people.mismatched_share)} of all who took part; above 1 % nothing is read out.</p></li>
      </ul>
      <p class="quiet">${count(people.held_out)} held out, ${count(people.out_of_traffic)} not in the traffic, ${count(people.unassigned)} exposed without an assignment on record, ${count(people.undeclared)} with an arm nobody declared${people.screened ? `, ${counted(people.screened, "output")} screened` : ""}.</p>
    <//>`;
}

const brief = (value) => String(Number(value.toPrecision(3)));

function Ratio({ srm }) {
  if (!srm) return html`<${Pill}>sample ratio<//> nobody yet`;
  const found = `χ² ${brief(srm.chi_squared)}, always-valid p ${brief(srm.always_valid_p)}, Bayes factor ${brief(srm.bayes_factor)}`;
  if (srm.alarm) return html`<${Pill} tone="bad">sample-ratio mismatch<//> People are missing from an arm, or too many are in one: trust no effect. ${found}.`;
  return html`<${Pill} tone="good">sample ratio<//> As declared, as far as can be told: ${found}.`;
}
