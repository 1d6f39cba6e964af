// Keys of the project: who may send, who may read, who may administer.

import { html, useState } from "../lib/h.js";
import { Card, Empty } from "../lib/parts.js";
import { Keys } from "./keys/list.js";
import { Made, NewKey } from "./keys/make.js";
import { Snippet } from "./keys/snippet.js";

export const api = ({ scopes }) => (scopes.includes("admin") ? ["/v1/keys"] : []);

export function View({ data: [told], state, go, link, reload }) {
  const [made, setMade] = useState();
  if (!told) return html`<${Unseen} state=${state} />`;
  const keys = told.keys.toSorted((a, b) => b.created_at - a.created_at);
  const open = keys.find(({ id }) => id === state.id);
  const done = async (answer) => {
    setMade(answer);
    await reload();
  };
  return html`
    ${made && html`<${Made} made=${made} onClose=${() => setMade()} />`}
    ${state.id && html`<${Open} entry=${open} link=${link} />`}
    <${Card} title="Keys" note="A publishable key stands in your pages and only adds signals. A secret key stays on servers and opens what its scopes say.">
      ${keys.length === 0
        ? html`<${Empty} title="No key yet">Make one below.<//>`
        : html`<${Keys} keys=${keys} state=${state} link=${link} onMade=${done} onChange=${reload} />`}
    <//>
    <${NewKey} onMade=${done} />`;
}

function Open({ entry, link }) {
  const close = html`<a href=${link("keys")}>Close</a>`;
  if (!entry) return html`<${Card} title="No such key" aside=${close}><p class="quiet">It is none of this project's.</p><//>`;
  if (!entry.key) return html`<${Card} title=${entry.id} aside=${close}><p class="quiet">A secret key has no snippet: it stays on servers.</p><//>`;
  return html`<${Card} title=${`Snippet of ${entry.id}`} aside=${close}><${Snippet} text=${entry.key} /><//>`;
}

/** What a key lacks, and how one is made that does not. */
function Unseen({ state: { project, scopes } }) {
  return html`
    <${Card} title="This key may not see keys">
      <p>It may: <b>${scopes.join(", ")}</b>. To list, make, rotate and revoke keys it needs <b>admin</b>.</p>
      <p class="quiet">Sign in with a key that has it, or make one where the collector runs:</p>
      <pre class="code"><code>tacit keys create --project ${project} --kind secret --scope read --scope admin</code></pre>
    <//>`;
}
