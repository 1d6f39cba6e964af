// Answers that are made of every output: what was worked out a while ago is shown at once.

import { html } from "./h.js";
import { Standing } from "./rollups.js";
import { ago } from "./time.js";

/** From then on it is said how old an answer is: its moment is a whole minute. */
const OLD_MS = 120_000;

/** Of when an answer is, where that is a while ago, and how roll-ups stood that it is made of. */
export function Found({ as_of, kept, now }) {
  if (now - as_of < OLD_MS) return kept ? html`<${Standing} answer=${kept} />` : null;
  return html`<p class="quiet" role="status">Worked out ${ago(as_of, now)}, of everything there is: these figures move on by and by.</p>`;
}
