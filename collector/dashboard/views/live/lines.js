// The lines, the latest first.

import { words } from "../../lib/format.js";
import { html } from "../../lib/h.js";
import { Cell, Pill } from "../../lib/parts.js";
import { duration } from "../../lib/time.js";

const TONES = { accepted: "good", duplicate: "rest", quarantined: "mixed", rejected: "bad", refused: "bad" };
const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

export function Lines({ entries, link, go }) {
  return html`
    <div class="scroll" tabindex="0" role="group" aria-label="Signals, the latest first">
      <table class="lines stacks">
        <caption class="unseen">Signals, the latest first</caption>
        <thead><tr><th scope="col">Received</th><th scope="col">Outcome</th><th scope="col">Kind</th><th scope="col">Output</th><th scope="col">Session</th><th scope="col">What it says</th></tr></thead>
        <tbody>${entries.toReversed().map((entry) => html`<${Line} key=${entry.n} entry=${entry} link=${link} go=${go} />`)}</tbody>
      </table>
    </div>`;
}

function Line({ entry, link, go }) {
  const { n, outcome, kind, output, session, received_at, corrected_at } = entry;
  return html`
    <tr data-n=${n} data-outcome=${outcome}>
      <th scope="row">${clock.format(received_at)}${corrected_at !== undefined && html` <span class="quiet" title="How long before it was received it happened, by the collector's clock">−${duration(received_at - corrected_at)}</span>`}</th>
      <td data-title="Outcome"><${Pill} tone=${TONES[outcome]}>${outcome}<//></td>
      <${Cell} title="Kind">${kind && html`<button class="sort" onClick=${() => go({ kind })}>${words(kind)}</button>`}<//>
      <${Cell} title="Output">${output && html`<a class="id" href=${link(`outputs/${encodeURIComponent(output)}`)}>${output}</a>`}<//>
      <${Cell} title="Session">${session && html`<button class="sort id" title=${session} onClick=${() => go({ session })}>${session.slice(0, 8)}</button>${entry.seq !== undefined && html`<span class="quiet">:${entry.seq}</span>`}`}<//>
      <td class="says" data-title="What it says"><${Says} entry=${entry} /></td>
    </tr>`;
}

/** Fields, or why it was not taken. */
function Says({ entry }) {
  const { code, field, status, origin, own, times, index, fields = {}, signed, automated, subject_kind, sdk } = entry;
  if (code) {
    return html`<b>${code}</b>${field && html` in <code>${field}</code>`}${index !== undefined && html` <span class="quiet">place ${index}</span>`}
      ${status && html` <span class="quiet">answered ${status}${times > 1 ? `, ${times} times` : ""}${own ? "" : ", whose is not known"}</span>`}
      ${origin && html` from <code class="origin">${origin}</code>`}`;
  }
  const facts = [signed && "signed", automated && "automated", subject_kind && `person by ${subject_kind}`, sdk && `by ${sdk}`].filter(Boolean);
  return html`<span class="fields">${Object.entries(fields).map(([name, value]) => html`<span key=${name}><span class="quiet">${name}</span> ${String(value)}</span>`)}</span> <span class="quiet">${facts.join(", ")}</span>`;
}
