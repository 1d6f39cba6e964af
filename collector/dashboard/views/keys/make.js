// A new key: asked for, and shown the one time it can be.

import { send } from "../../lib/api.js";
import { html, useEffect, useRef, useState } from "../../lib/h.js";
import { Card, Copy } from "../../lib/parts.js";
import { at } from "../../lib/time.js";
import { Snippet } from "./snippet.js";

const SCOPES = [
  ["ingest", "register outputs, send signals and spans"],
  ["read", "read everything of the project, order builds"],
  ["admin", "keys, erasures, experiments, releases"],
];

export function NewKey({ onMade }) {
  const [kind, setKind] = useState("publishable");
  const [origins, setOrigins] = useState("");
  const [scopes, setScopes] = useState(["ingest", "read"]);
  const [problem, setProblem] = useState("");
  const isPage = kind === "publishable";
  const submit = async (event) => {
    event.preventDefault();
    const said = isPage ? { kind, origins: origins.split(/[\s,]+/).filter(Boolean) } : { kind, scopes };
    try {
      const made = await send("POST", "/v1/keys", said);
      setProblem("");
      setOrigins("");
      await onMade(made);
    } catch (error) {
      setProblem(error.message);
    }
  };
  const turn = (name) => setScopes(scopes.includes(name) ? scopes.filter((scope) => scope !== name) : [...scopes, name]);
  const choice = (value, title, note) => html`
    <label class="choice"><input type="radio" name="kind" value=${value} checked=${kind === value} onChange=${() => setKind(value)} /><span><b>${title}</b> <span class="quiet">${note}</span></span></label>`;
  return html`
    <${Card} title="Make a key">
      <form class="make" onSubmit=${submit}>
        <fieldset><legend>Kind</legend>
          ${choice("publishable", "Publishable", "for pages")}
          ${choice("secret", "Secret", "for servers and people")}
        </fieldset>
        ${isPage
          ? html`<label class="origins">Origins of the pages, one a line
              <textarea rows="2" spellcheck="false" placeholder="https://chat.example" value=${origins} onInput=${(event) => setOrigins(event.target.value)}></textarea>
              <span class="quiet">Scheme, host and port, as the browser says them. Without one any page may use the key.</span></label>`
          : html`<fieldset><legend>Scopes</legend>
              ${SCOPES.map(([name, note]) => html`
                <label key=${name} class="choice"><input type="checkbox" checked=${scopes.includes(name)} onChange=${() => turn(name)} /><span><b>${name}</b> <span class="quiet">${note}</span></span></label>`)}
            </fieldset>`}
        ${problem && html`<p class="bad" role="alert">${problem}</p>`}
        <p><button>Make key</button></p>
      </form>
    <//>`;
}

/** A key that was just made. */
export function Made({ made, onClose }) {
  const place = useRef();
  useEffect(() => place.current.focus(), [made.id]);
  const close = html`<button class="small plain" onClick=${onClose}>Done</button>`;
  const isSecret = made.kind === "secret";
  return html`
    <${Card} title=${isSecret ? "The new key, shown this once" : "The new key"} aside=${close}>
      <div class="made" tabindex="-1" ref=${place} role="status">
        <p><code class="secret">${made.key}</code> <${Copy} text=${made.key} label="Copy key" /></p>
        <p class="quiet">${isSecret
          ? `Nobody can show it again: put it where your server reads secrets. It may: ${made.scopes.join(", ")}.`
          : made.origins.length > 0 ? `For pages of ${made.origins.join(", ")}.` : "Any page may use it."}
          ${made.replaces && html` <code>${made.replaces.id}</code> ends at ${at(made.replaces.expires_at)}.`}</p>
      </div>
      ${!isSecret && html`<${Snippet} text=${made.key} />`}
    <//>`;
}
