// The answers of one turn, beside each other.

import { html } from "../../lib/h.js";
import { State } from "../../lib/parts.js";

export function Siblings({ siblings, id, link }) {
  return html`
    <nav class="card siblings" aria-label="Answers of this turn">
      <h2>Answers of this turn</h2>
      <ul>
        ${siblings.map((sibling) => html`
          <li key=${sibling.id}>
            <a href=${link(`outputs/${encodeURIComponent(sibling.id)}`)} aria-current=${sibling.id === id ? "page" : undefined}>
              <b>${sibling.variant === undefined ? sibling.id : `Variant ${sibling.variant}`}</b>
              <${State} state=${sibling.state} /> <span class="quiet">${sibling.score}</span>
              ${sibling.ended && html`<span class="ended">the person ended here</span>`}
            </a>
          </li>`)}
      </ul>
    </nav>`;
}
