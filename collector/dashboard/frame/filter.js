// Whose answers are looked at: one model's, one prompt version's.

import { html } from "../lib/h.js";

const FIELDS = [
  ["model", "Model"],
  ["prompt_version", "Prompt version"],
];

export function Filter({ route, go }) {
  return FIELDS.map(([name, title]) => {
    const value = route.params[name] ?? "";
    const change = (event) => go({ [name]: event.target.value.trim() || null });
    return html`
      <label key=${name} class="filter"><span class="unseen">${title}</span>
        <input type="search" placeholder=${`Any ${title.toLowerCase()}`} value=${value} onChange=${change} />
      </label>`;
  });
}
