// How far answers get with people, how often they are asked for anew and how much of
// them is changed.

import { count, counted, percent, sum } from "../lib/format.js";
import { html } from "../lib/h.js";
import { Bars, Card, Empty } from "../lib/parts.js";
import { Standing, rollups, share, shareTold, total } from "../lib/rollups.js";

export const api = (state) => [rollups("total", state)];

/** Field, name, what it means, and what it is a share of. */
const STEPS = [
  ["shown", "Shown", "A page showed the answer."],
  ["read", "Read", "A person read it for a second or more, or did anything with it.", "shown"],
  ["used", "Used", "They copied, pasted, accepted, shared or downloaded it.", "read"],
  ["kept", "Kept", "No other answer was asked for in its place, and its label is not negative.", "used"],
  ["survived", "Survived", "Half of the text or more was still there at the last look.", "looked_at"],
];

export function View({ data: [sums] }) {
  const row = total(sums);
  if (!row) return html`<${Card} title="Funnel"><${Empty} title="No output in this range">Choose a longer range, or no filter.<//><//>`;
  return html`
    <${Standing} answer=${sums} />
    <${Funnel} funnel=${row.funnel} />
    <div class="columns">
      <${Regenerations} counts=${row.regenerations} />
      <${Edits} counts=${row.edit_depth} />
    </div>`;
}

function Funnel({ funnel }) {
  const most = Math.max(1, funnel.shown);
  return html`
    <${Card} title="From shown to survived" note="Each step is a part of the one before it.">
      <ol class="funnel">
        ${STEPS.map(([field, name, meaning, of]) => html`
          <li key=${field}>
            <div class="funnel-name"><b>${name}</b><span class="quiet">${meaning}</span></div>
            <div class="funnel-bar" aria-hidden="true"><span class="fill-accent" style=${{ width: `${(100 * funnel[field]) / most}%` }}></span></div>
            <div class="funnel-value">
              <b>${count(funnel[field])}</b>
              ${of && html`<span class="quiet">${of === "looked_at" ? `${shareTold(funnel[field], funnel.looked_at)} of ${count(funnel.looked_at)} looked at` : `${shareTold(funnel[field], funnel[of])} of ${of}`}</span>`}
            </div>
          </li>`)}
      </ol>
      <p class="quiet">Whether text survived is known only where it was accepted or pasted and looked at again later: ${count(funnel.looked_at)} of the ${count(funnel.kept)} kept.</p>
    <//>`;
}

const OFTEN = ["never", "once", "twice", "three times or more"];

function Regenerations({ counts }) {
  const whole = sum(counts);
  const again = share(whole - counts[0], whole);
  const rows = counts.map((value, index) => ({ name: OFTEN[index], value, note: shareTold(value, whole), tone: index === 0 ? "good" : "bad" }));
  return html`
    <${Card} title="Asked for anew" note=${whole > 0 ? `Of ${counted(whole, "turn")} that somebody saw an answer of, ${percent(again)} were asked for again.` : ""}>
      ${whole > 0 ? html`<${Bars} label="Turns by regenerations" rows=${rows} />` : html`<${Empty}>No turn was seen yet.<//>`}
    <//>`;
}

function Edits({ counts }) {
  const whole = sum(counts);
  const rows = counts.map((value, index) => ({ name: `${10 * index} – ${10 * (index + 1)} %`, value, note: shareTold(value, whole) }));
  return html`
    <${Card} title="How much was changed" note=${whole > 0 ? `Of ${counted(whole, "edited answer")}, the share of the text that did not stay.` : ""}>
      ${whole > 0 ? html`<${Bars} label="Edited outputs by share changed" rows=${rows} />` : html`<${Empty} title="Nothing was edited">Edits are seen where an answer opens in an editor on the page.<//>`}
    <//>`;
}
