// The keys there are, and what can be done with each.

import { send } from "../../lib/api.js";
import { html, useState } from "../../lib/h.js";
import { Copy, Pill, Table } from "../../lib/parts.js";
import { ago, at } from "../../lib/time.js";
import { Ask } from "./ask.js";

const TONES = { active: "good", ending: "mixed", ended: "rest", revoked: "rest" };
const GRACES = [
  [86_400, "24 hours"],
  [3_600, "1 hour"],
  [7 * 86_400, "7 days"],
  [30 * 86_400, "30 days"],
  [0, "none: the old key ends now"],
];

const isTaken = ({ state }) => state === "active" || state === "ending";

export function Keys({ keys, state, link, onMade, onChange }) {
  const [isAll, setAll] = useState(false);
  const [asked, setAsked] = useState();
  const over = keys.filter((key) => !isTaken(key));
  const columns = [
    { key: "id", title: "Key", cell: (key) => html`<${Name} entry=${key} link=${link} />` },
    { key: "kind", title: "Kind", cell: ({ kind }) => kind },
    { key: "may", title: "May", cell: (key) => html`<${May} entry=${key} />` },
    { key: "created", title: "Created", cell: ({ created_at }) => at(created_at) },
    { key: "used", title: "Last used", cell: ({ last_used_at }) => (last_used_at ? html`<span title=${`${at(last_used_at)}, kept to the hour`}>${used(last_used_at, state.now)}</span>` : "never") },
    { key: "state", title: "State", cell: (key) => html`<${Life} entry=${key} />` },
    { key: "act", title: "Change", cell: (key) => isTaken(key) && html`<${Acts} entry=${key} onAsk=${setAsked} />` },
  ];
  return html`
    <${Table} caption="Keys of this project" columns=${columns} rows=${isAll ? keys : keys.filter(isTaken)} id=${({ id }) => id} />
    ${over.length > 0 && html`<button class="small plain ended-keys" aria-pressed=${String(isAll)} onClick=${() => setAll(!isAll)}>Show ended and revoked (${over.length})</button>`}
    ${asked?.act === "rotate" && html`<${Rotate} entry=${asked.entry} onMade=${onMade} onClose=${() => setAsked()} />`}
    ${asked?.act === "revoke" && html`<${Revoke} entry=${asked.entry} onChange=${onChange} onClose=${() => setAsked()} />`}`;
}

/** It is kept to the hour. */
const used = (when, now) => (now - when < 3_600_000 ? "within the hour" : ago(when, now));

function Name({ entry: { id, key }, link }) {
  if (!key) return html`<code>${id}</code>`;
  return html`
    <code>${id}</code>
    <span class="key-text"><code>${key}</code> <${Copy} text=${key} label="Copy key" /> <a href=${link(`keys/${id}`)}>Snippet</a></span>`;
}

function May({ entry: { kind, scopes, origins } }) {
  if (kind === "secret") return scopes.join(", ");
  if (origins.length === 0) return html`send from any page`;
  return html`send from <ul class="origins-there">${origins.map((origin) => html`<li key=${origin}><code class="origin">${origin}</code></li>`)}</ul>`;
}

function Life({ entry: { state, expires_at, revoked_at } }) {
  const when = { ending: expires_at && `until ${at(expires_at)}`, ended: expires_at && `at ${at(expires_at)}`, revoked: revoked_at && `at ${at(revoked_at)}` };
  return html`<${Pill} tone=${TONES[state]}>${state}<//> ${when[state] && html`<span class="quiet">${when[state]}</span>`}`;
}

function Acts({ entry, onAsk }) {
  const button = (act, title) => html`<button class="small plain" aria-label=${`${title} ${entry.id}`} onClick=${() => onAsk({ act, entry })}>${title}</button>`;
  return html`<span class="acts">${button("rotate", "Rotate")} ${button("revoke", "Revoke")}</span>`;
}

function Rotate({ entry, onMade, onClose }) {
  const [grace, setGrace] = useState(GRACES[0][0]);
  const act = async () => onMade(await send("POST", `/v1/keys/${encodeURIComponent(entry.id)}/rotate`, { grace_seconds: Number(grace) }));
  return html`
    <${Ask} title=${`Rotate ${entry.id}?`} does="Rotate" act=${act} onClose=${onClose}>
      <p>A new key with the same ${entry.kind === "secret" ? "scopes" : "origins"} is made. The old one goes on for a while, so that nothing breaks meanwhile${entry.kind === "publishable" ? "; longer than pages are cached or left open" : ""}.</p>
      <label>The old key goes on for
        <select value=${grace} onChange=${(event) => setGrace(event.target.value)}>
          ${GRACES.map(([seconds, name]) => html`<option value=${seconds}>${name}</option>`)}
        </select>
      </label>
    <//>`;
}

function Revoke({ entry, onChange, onClose }) {
  const act = async () => {
    await send("DELETE", `/v1/keys/${encodeURIComponent(entry.id)}`);
    await onChange();
  };
  return html`
    <${Ask} title=${`Revoke ${entry.id}?`} does="Revoke" isHard act=${act} onClose=${onClose}>
      <p>The next request with it is refused${entry.kind === "secret" ? ", and everybody who signed in with it is signed out" : ": pages that carry it capture nothing from then on"}. This cannot be taken back.</p>
    <//>`;
}
