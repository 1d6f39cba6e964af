// Answers for which everything is read: what was worked out a while ago is shown at once.

import { html } from "./h.js";
import { ago } from "./time.js";

/** From then on it is said how old an answer is. */
const OLD_MS = 60_000;

/** Of when an answer is, where that is a while ago. */
export function Found({ as_of, now }) {
  if (now - as_of < OLD_MS) return null;
  return html`<p class="quiet" role="status">Worked out ${ago(as_of, now)}, of everything there is: these figures move on by and by.</p>`;
}
