// What to put into a page, with this collector's own address and this key.

import { html, useEffect, useState } from "../../lib/h.js";
import { Copy } from "../../lib/parts.js";
import { blocks } from "./text.js";

/** What `/capture/` serves: the version its loader names, and the hashes of its files. */
async function served() {
  const loader = await fetch("/capture/tacit.js");
  if (!loader.ok) return null;
  const [, version] = /^\/\*! tacit-capture (\S+)/.exec(await loader.text()) ?? [];
  const hashes = version && (await fetch(`/capture/v/${version}/integrity.json`));
  return { version, integrity: hashes?.ok ? await hashes.json() : undefined };
}

/** The answer is the same for as long as the page is open. */
let asked;

export function Snippet({ text }) {
  const [capture, setCapture] = useState();
  useEffect(() => {
    asked ??= served().catch(() => null);
    asked.then(setCapture);
  }, []);
  if (capture === undefined) return html`<p class="quiet" role="status">Asking what is served …</p>`;
  return html`
    <div class="snippet">
      ${blocks({ origin: location.origin, key: text, capture }).map(({ title, note, code }) => html`
        <section key=${title} aria-label=${title}>
          <div class="card-head"><h3>${title}</h3><${Copy} text=${code} /></div>
          <p class="quiet">${note}</p>
          <pre class="code" tabindex="0" aria-label=${`${title}, code`}><code>${code}</code></pre>
        </section>`)}
    </div>`;
}
