// What the person made of the answer, run by run.

import { html } from "../../lib/h.js";
import { Card } from "../../lib/parts.js";

const TAGS = { equal: "span", delete: "del", insert: "ins" };

export function Diff({ diff, isEdited, texts }) {
  if (!isEdited && !diff) return null;
  return html`<${Card} title="What was edited">${diff ? html`<${Runs} diff=${diff} />` : html`<p class="quiet">${unknown(texts)}</p>`}<//>`;
}

function unknown({ answer, edited }) {
  if (!edited) return 'Level 2 is missing: it was edited, and how much of it is known, but not into what. The capture sends the edited text when it is started with content: "edits", and the project keeps it when its key allows that.';
  if (!answer) return `The edited text is known, the answer it was made of is not: ${edited}`;
  return "";
}

function Runs({ diff }) {
  return html`
    <p class="quiet key"><del>taken out</del> <ins>put in</ins></p>
    <p class="text diff">${diff.runs.map(({ op, text }, index) => {
      const Tag = TAGS[op];
      return html`<${Tag} key=${index}>${text}<//>`;
    })}</p>
    ${diff.cut && html`<p class="quiet">Only the starts are compared: one of the texts is very long.</p>`}`;
}
