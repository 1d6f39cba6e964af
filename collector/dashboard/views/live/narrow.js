// Which of them are shown; the address says it.

import { words } from "../../lib/format.js";
import { html } from "../../lib/h.js";

/** A refused request is nobody's in particular: it is shown unless a signal is looked for. */
export function narrowed(entries, { outcome, kind, session, output }) {
  const is = (entry, name, value) => !value || entry[name] === value;
  return entries.filter((entry) => is(entry, "outcome", outcome) && is(entry, "kind", kind) && is(entry, "session", session) && is(entry, "output", output));
}

export function Narrow({ entries, params, go }) {
  const values = (name) => [...new Set([...entries.map((entry) => entry[name]), params[name]])].filter(Boolean).sort();
  const choose = (name, title, any) => html`
    <label><span class="unseen">${title}</span>
      <select value=${params[name] ?? ""} onChange=${(event) => go({ [name]: event.target.value || null })}>
        <option value="">${any}</option>
        ${values(name).map((value) => html`<option key=${value} value=${value} selected=${value === params[name]}>${words(value)}</option>`)}
      </select>
    </label>`;
  const chosen = (name) => params[name] && html`
    <button class="small plain" key=${name} aria-label=${`Show every ${name}`} onClick=${() => go({ [name]: null })}>${name} ${params[name].slice(0, 16)}${params[name].length > 16 ? "…" : ""} ✕</button>`;
  return html`${choose("outcome", "Outcome", "Every outcome")} ${choose("kind", "Kind", "Every kind")} ${["session", "output"].map(chosen)}`;
}
