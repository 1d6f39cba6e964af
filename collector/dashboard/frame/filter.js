// Whose answers are looked at: one model's, one prompt version's.

import { get, isAborted } from "../lib/api.js";
import { html, useEffect, useState } from "../lib/h.js";
import { rollups } from "../lib/rollups.js";
import { range } from "../lib/time.js";

const FIELDS = [
  ["model", "Model", "Any model"],
  ["prompt_version", "Prompt version", "Any prompt version"],
];

/** The names there are in the range, by field. */
function useNames(params) {
  const [names, setNames] = useState({});
  useEffect(() => {
    const asking = new AbortController();
    const look = async ([field]) => {
      try {
        const { rows } = await get(rollups(field, range(params, Date.now())), { signal: asking.signal });
        const found = rows.map(({ slice }) => slice).filter((slice) => slice !== null);
        setNames((before) => ({ ...before, [field]: found }));
      } catch (error) {
        // The view tells what is wrong; here a filter that was chosen can still be left.
        if (!isAborted(error)) setNames((before) => ({ ...before, [field]: [] }));
      }
    };
    FIELDS.forEach(look);
    return () => asking.abort();
  }, [params.since, params.until]);
  return names;
}

export function Filter({ params, go }) {
  const names = useNames(params);
  return FIELDS.map(([field, title, any]) => {
    const chosen = params[field] ?? "";
    const known = names[field] ?? [];
    const all = chosen && !known.includes(chosen) ? [chosen, ...known] : known;
    return html`
      <label key=${field} class="filter"><span class="unseen">${title}</span>
        <select value=${chosen} onChange=${(event) => go({ [field]: event.target.value || null })}>
          <option value="" selected=${chosen === ""}>${any}</option>
          ${all.map((name) => html`<option key=${name} value=${name} selected=${name === chosen}>${name}</option>`)}
        </select>
      </label>`;
  });
}
