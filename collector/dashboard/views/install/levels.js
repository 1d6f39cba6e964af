// How far the site is integrated, and what the next level lacks.

import { html } from "../../lib/h.js";
import { Card, Pill } from "../../lib/parts.js";
import { Docs } from "./docs.js";

export function Levels({ levels, level }) {
  const note = level === null ? "None is reached yet." : `Level ${level} is reached.`;
  return html`
    <${Card} title="Level of integration" note=${note}>
      <ol class="levels">${levels.map((one) => html`<${Level} key=${one.level} one=${one} />`)}</ol>
    <//>`;
}

function Level({ one: { level, reached, brings, missing } }) {
  return html`
    <li>
      <p><b>Level ${level}</b> <${Pill} tone=${reached ? "good" : "rest"}>${reached ? "reached" : "not yet"}<//></p>
      <p>${brings}.</p>
      ${missing.map(({ says, remedy, docs }) => html`<p key=${says} class="quiet">${says} ${remedy} <${Docs} page=${docs} /></p>`)}
    </li>`;
}
