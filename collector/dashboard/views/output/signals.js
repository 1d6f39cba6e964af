// The signals of an output as a table: the drawing in words.

import { html } from "../../lib/h.js";
import { at, duration } from "../../lib/time.js";
import { fieldsOf, offset } from "./told.js";

export function Signals({ signals, lit }) {
  if (signals.length === 0) return html`<p class="quiet">No signal has come: the page that shows the answer sends them (level 0).</p>`;
  return html`
    <div class="scroll" tabindex="0" role="group" aria-label="Signals">
      <table class="signals stacks">
        <caption class="unseen">Signals in the order they happened</caption>
        <thead><tr><th scope="col">Signal</th><th scope="col">After shown</th><th scope="col">What of it</th><th scope="col">When</th></tr></thead>
        <tbody>${signals.map((signal) => html`
          <tr key=${signal.id} id=${`signal-${signal.id}`} class=${lit.includes(signal.id) ? "lit" : ""}>
            <th scope="row">${signal.kind.replaceAll("_", " ")}${signal.screened && html` <span class="mixed">screened: ${signal.screened}</span>`}</th>
            <td class="number" data-title="After shown">${offset(signal)}</td>
            <td data-title="What of it">${fieldsOf(signal)}</td>
            <td class="when" data-title="When" title=${late(signal)}>${at(signal.corrected_at)}</td>
          </tr>`)}</tbody>
      </table>
    </div>`;
}

function late({ corrected_at: happened, received_at: received }) {
  return `received ${duration(Math.max(0, received - happened))} later`;
}
