// One output: what was said, what people did with it, and what follows from that.

import { html, useState } from "../../lib/h.js";
import { Card, Copy, Pill, State } from "../../lib/parts.js";
import { at } from "../../lib/time.js";
import { Diff } from "./diff.js";
import { Drawing } from "./drawing.js";
import { Fates } from "./fates.js";
import { Preview } from "./preview.js";
import { Rules } from "./rules.js";
import { Siblings } from "./siblings.js";
import { Signals } from "./signals.js";
import { Texts } from "./texts.js";
import { UNSCREENED } from "./told.js";

export const api = ({ id }) => [`/v1/outputs/${encodeURIComponent(id)}?explain=true`, "/v1/policies"];

export function View({ data: [told, { policies }], link }) {
  // The signals that what is pointed at rests on.
  const [lit, light] = useState([]);
  const { output, label, signals, explanation, siblings, fates, texts, diff, screened_at: screenedAt } = told;
  return html`
    <p><a href=${link("outputs")}>All outputs</a></p>
    <${Head} output=${output} label=${label} link=${link} />
    ${screenedAt === null && html`<p class="quiet" role="status">${UNSCREENED}</p>`}
    ${siblings.length > 0 && html`<${Siblings} siblings=${siblings} id=${output.id} link=${link} />`}
    <${Texts} output=${output} texts=${texts} />
    <${Card} title="What people did" note="From when it was shown, to scale. Long gaps are broken and say how long they are.">
      ${signals.length > 0 && html`<${Drawing} label=${label} signals=${signals} rules=${explanation.rules} lit=${lit} />`}
      <${Signals} signals=${signals} lit=${lit} />
    <//>
    <${Diff} diff=${diff} isEdited=${signals.some(({ kind }) => kind === "edited")} texts=${texts} />
    <${Rules} label=${label} explanation=${explanation} light=${light} />
    <${Preview} id=${output.id} policy=${policies[0]} link=${link} />
    <${Fates} fates=${fates} />
    <${Card} title="As JSON" aside=${html`<${Copy} text=${JSON.stringify(told, null, 2)} />`}>
      <details><summary>Everything that the API tells</summary><pre class="json" tabindex="0">${JSON.stringify(told, null, 2)}</pre></details>
    <//>`;
}

function Head({ output, label, link }) {
  const facts = [
    ["Model", output.model],
    ["Prompt version", output.prompt_version],
    ["Surface", output.surface],
    ["Shown", label.shown_at && at(label.shown_at)],
    ["Turn", output.turn],
    ["Variant", output.variant],
    ["Trust", output.trust],
    ["Joined by", output.joined_by],
    ["Person", output.subject && `${output.subject.slice(0, 12)}… (${output.subject_kind})`],
    ...Object.entries(output.arms ?? {}).map(([experiment, arm]) => [`Arm of ${experiment}`, arm]),
  ].filter(([, value]) => value !== undefined && value !== null);
  return html`
    <section class="card one-head" aria-label="Output">
      <h2 class="id">${output.id}</h2>
      <p><${State} state=${label.state} /> <span>score ${label.score}, confidence ${label.confidence}, training weight ${label.weight}</span>
        ${label.mature ? html` <${Pill}>final<//>` : label.matures_at && html` <span class="quiet">may change until ${at(label.matures_at)}</span>`}</p>
      <dl class="facts">
        ${facts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
        ${output.conversation && html`<div><dt>Conversation</dt><dd><a href=${link("outputs", { conversation: output.conversation })}>${output.conversation}</a></dd></div>`}
      </dl>
      ${(output.aliases ?? []).length > 0 && html`<p class="quiet">Also called ${output.aliases.join(", ")}</p>`}
    </section>`;
}
