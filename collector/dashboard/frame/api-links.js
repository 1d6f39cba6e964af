// The very paths a view was made from.

import { ofProject } from "../lib/api.js";
import { html } from "../lib/h.js";
import { zone } from "../lib/time.js";

export function Api({ paths }) {
  if (paths.length === 0) return null;
  return html`
    <footer class="api">
      <span>API</span>
      ${paths.map((path) => html`<a href=${ofProject(path)} target="_blank" rel="noreferrer"><code>${path}</code></a>`)}
      <span class="zone">${zone() === "UTC" ? "Times are UTC" : `Moments are of ${zone()}, days of UTC`}</span>
    </footer>`;
}
