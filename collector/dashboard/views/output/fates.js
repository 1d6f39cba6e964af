// What datasets make of an output.

import { words } from "../../lib/format.js";
import { html } from "../../lib/h.js";
import { Card, Pill } from "../../lib/parts.js";

export function Fates({ fates }) {
  return html`
    <${Card} title="In datasets" note="As far as one output decides it: a build also caps people and leaves out rows that are nearly the same.">
      <div class="scroll" tabindex="0" role="group" aria-label="In datasets">
        <table class="stacks">
          <caption class="unseen">What datasets make of this output</caption>
          <thead><tr><th scope="col">Dataset</th><th scope="col">Rows</th><th scope="col">Why not</th><th scope="col">What would change that</th></tr></thead>
          <tbody>${fates.map(({ format, rows, skipped = [] }) => html`
            <tr key=${format}>
              <th scope="row">${format}</th>
              <td data-title="Rows">${rows > 0 ? html`<${Pill} tone="good">${rows}<//>` : html`<${Pill}>none<//>`}</td>
              <td data-title="Why not">${skipped.map(({ reason }) => words(reason)).join(", ")}</td>
              <td data-title="What would change that">${skipped.map(({ remedy }) => remedy).join("; ")}</td>
            </tr>`)}</tbody>
        </table>
      </div>
    <//>`;
}
