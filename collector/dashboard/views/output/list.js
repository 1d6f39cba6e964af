// The outputs there are, latest first; a row each.

import { path } from "../../lib/api.js";
import { count, words } from "../../lib/format.js";
import { html } from "../../lib/h.js";
import { Card, Cell, Empty, State } from "../../lib/parts.js";
import { at } from "../../lib/time.js";
import { Chips, FILTERS, Filters } from "./filters.js";
import { useKeys } from "./keys.js";
import { UNSCREENED } from "./told.js";

const PAGE = 50;

export function api({ params, since, until, model, prompt_version, policy }) {
  const asked = Object.fromEntries(FILTERS.map(({ name }) => [name, params[name]]));
  const { cursor } = params;
  return [path("/v1/outputs", { ...asked, since, until, model, prompt_version, policy, cursor, limit: PAGE }), "/v1/policies"];
}

export function View({ data: [page, { policies }], state, go, link }) {
  useKeys();
  const [policy] = policies;
  const older = () => go({ cursor: page.next });
  return html`
    <${Filters} params=${state.params} rules=${policy.rules} go=${go} />
    <${Chips} params=${state.params} go=${go} />
    <${Card} title="Outputs" aside=${html`<span class="quiet">j and k go down and up, Enter opens, / searches</span>`}>
      ${page.outputs.length > 0 ? html`<${Rows} outputs=${page.outputs} link=${link} />` : html`<${None} page=${page} isNarrowed=${isNarrowed(state)} />`}
      <p class="looked">
        <span class="quiet" role="status">${told(page)}</span>
        ${page.screened_at === null && html`<span class="quiet">${UNSCREENED}</span>`}
        ${state.params.cursor && html`<button class="plain" onClick=${() => go({ cursor: null })}>Latest</button>`}
        ${page.next && html`<button class="plain" onClick=${older}>${page.outputs.length < PAGE ? "Look further back" : "Older"}</button>`}
      </p>
    <//>`;
}

function told({ looked_at: looked, until_looked: until, outputs, next }) {
  if (looked === 0) return "There is nothing in this range.";
  const far = next ? `back to ${at(until)}` : "all there are in this range";
  return `${count(outputs.length)} shown of ${count(looked)} looked at, ${far}.`;
}

const isNarrowed = ({ params, model, prompt_version: version }) => Boolean(model || version) || FILTERS.some(({ name }) => params[name]);

function None({ page, isNarrowed }) {
  if (page.looked_at === 0 && !isNarrowed) return html`<${Empty} title="No output in this range">Choose a longer one: outputs are listed by when they were first heard of.<//>`;
  if (page.next) return html`<${Empty} title="None among these">One request looks at so many outputs and no more. There are older ones: look further back.<//>`;
  return html`<${Empty} title="No output is like this">Take a filter away, or choose a longer range: outputs are listed by when they were first heard of.<//>`;
}

function Rows({ outputs, link }) {
  return html`
    <div class="scroll" tabindex="0" role="group" aria-label="Outputs">
      <table class="outputs stacks">
        <caption class="unseen">Outputs, the one first heard of latest first</caption>
        <thead><tr>
          <th scope="col">Output</th><th scope="col">Label</th><th scope="col">Why</th><th scope="col">Signals</th>
          <th scope="col">Model</th><th scope="col">Shown</th>
        </tr></thead>
        <tbody>${outputs.map((output) => html`<${Row} key=${output.id} output=${output} link=${link} />`)}</tbody>
      </table>
    </div>`;
}

function Row({ output, link }) {
  const { id, prompt_start: asked, answer_start: answer, label, kinds, model, prompt_version: version, shown_at: shown } = output;
  const place = [output.turn === undefined ? "" : `turn ${output.turn}`, output.variant ? `variant ${output.variant}` : ""].filter(Boolean).join(", ");
  return html`
    <tr>
      <th scope="row">
        <a class="row-link" href=${link(`outputs/${encodeURIComponent(id)}`)}>${asked ?? id}</a>
        ${answer && html`<span class="start">${answer}</span>`}
        <span class="quiet">${asked ? id : "text not known"}${place && ` · ${place}`}</span>
      </th>
      <td data-title="Label"><${State} state=${label.state} /> <span class="quiet score">${label.score}</span></td>
      <${Cell} title="Why">${label.reasons.map(({ rule }) => words(rule)).join(", ")}<//>
      <${Cell} title="Signals">${Object.entries(kinds).map(([kind, number]) => `${words(kind)} ${number}`).join(", ")}<//>
      <${Cell} title="Model">${(model || version) && html`${model ?? "–"}${version && html`<br /><span class="quiet">${version}</span>`}`}<//>
      <${Cell} title="Shown">${shown && at(shown)}<//>
    </tr>`;
}
