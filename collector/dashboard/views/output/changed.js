// What another policy changes in a sample.

import { count, words } from "../../lib/format.js";
import { html } from "../../lib/h.js";
import { State } from "../../lib/parts.js";

export function Changed({ changes: { transitions, rules, by_no_rule: byNone }, link }) {
  const flips = transitions.filter(({ from, to }) => from !== to);
  const moved = rules.filter(({ flips }) => flips > 0);
  if (flips.length === 0) return null;
  return html`
    <div class="scroll" tabindex="0" role="group" aria-label="Labels that change">
      <table class="flips stacks">
        <caption class="unseen">Labels that change</caption>
        <thead><tr><th scope="col">From</th><th scope="col">To</th><th scope="col" class="number">Outputs</th><th scope="col">Some of them</th></tr></thead>
        <tbody>${flips.map(({ from, to, outputs, examples }) => html`
          <tr key=${`${from} ${to}`}>
            <th scope="row"><${State} state=${from} /></th>
            <td data-title="To"><${State} state=${to} /></td>
            <td class="number" data-title="Outputs">${count(outputs)}</td>
            <td data-title="Some of them">${examples.slice(0, 5).map(({ output }) => html`<a key=${output} class="example" href=${link(`outputs/${encodeURIComponent(output)}`)}>${output}</a> `)}</td>
          </tr>`)}</tbody>
      </table>
    </div>
    <p class="quiet">${because(moved, byNone)}</p>`;
}

function because(rules, byNone) {
  const told = rules.map(({ rule, flips }) => `${words(rule)} (${count(flips)})`);
  if (byNone > 0) told.push(`no rule, but where it is decided or how long it waits (${count(byNone)})`);
  return told.length > 0 ? `Because of: ${told.join(", ")}.` : "";
}
