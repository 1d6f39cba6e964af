// Whether signals arrive, what is wrong where they do not, and what is missing for more.

import { count, words } from "../lib/format.js";
import { html } from "../lib/h.js";
import { Card, Pill } from "../lib/parts.js";
import { ago, at } from "../lib/time.js";
import { Docs } from "./install/docs.js";
import { Kinds } from "./install/kinds.js";
import { Levels } from "./install/levels.js";

export const api = () => ["/v1/install"];
/** Whoever looks waits for a first signal. */
export const every = 2_000;

const HEADS = {
  waiting: ["rest", "Waiting for the first signal"],
  good: ["good", "Signals arrive"],
  attention: ["bad", "Something needs you"],
};
const STATES = { attention: ["bad", "do something"], waiting: ["rest", "waiting"], note: ["rest", "to know"], good: ["good", "good"] };

export function View({ data: [told], state, link }) {
  const [tone, head] = HEADS[told.state];
  return html`
    <${Card}>
      <div class="verdict" role="status"><${Pill} tone=${tone}>${words(told.state)}<//> <b>${head}</b></div>
      <p class="quiet">Read from the latest ${count(told.outputs.read)} outputs (at most ${count(told.outputs.most)}) and the books: ${count(told.outputs.seen)} seen on a page, ${count(told.outputs.registered)} registered by a server, ${count(told.outputs.joined)} both.
        ${state.scopes.includes("admin") && html` <a href=${link("keys")}>Copy the snippet</a> or`} <a href=${link("live")}>watch signals arrive</a>.</p>
    <//>
    <${Kinds} kinds=${told.kinds} now=${told.now} />
    <${Card} title="Findings">
      ${told.checks.length === 0
        ? html`<p class="quiet">Nothing is wrong, and nothing is to be known.</p>`
        : html`<ul class="findings">${told.checks.map((check) => html`<${Finding} key=${check.check} check=${check} now=${told.now} />`)}</ul>`}
    <//>
    <${Levels} levels=${told.levels} level=${told.level} />`;
}

function Finding({ check, now }) {
  const [tone, word] = STATES[check.state];
  const last = check.last_at && html`, last <time title=${at(check.last_at)}>${ago(check.last_at, now)}</time>`;
  const many = check.count !== undefined && html` <span class="quiet">${count(check.count)}${check.of !== undefined && ` of ${count(check.of)}`}${last}</span>`;
  return html`
    <li>
      <p><${Pill} tone=${tone}>${word}<//> <code>${check.check}</code>${many}</p>
      <p>${check.says}</p>
      <p class="quiet">${check.remedy} <${Docs} page=${check.docs} /></p>
    </li>`;
}
