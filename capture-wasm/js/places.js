// Where accepted text may be looked for again: the editors of the page, as they
// are. Facts only; the Wasm module, which imports this file, decides what is in
// them. Called when a look is due, never while somebody types.

import { valueOf } from "./reading.js";

const EDITORS = "textarea,input[type=text],[contenteditable]";

/** Editors, and characters of all of them, that are looked at in one go. */
const EDITORS_MAX = 16;
const CHARS_MAX = 100_000;

/**
 * A name and the text of each editor that has any, in one flat list. The name is
 * the same when the same page is opened again: its address, and what the editor
 * is called or which of the page it is.
 */
export function places() {
  const found = [];
  let room = CHARS_MAX;
  let number = 0;
  for (const editor of document.querySelectorAll(EDITORS)) {
    try {
      if (!isOutermost(editor)) continue;
      if (++number > EDITORS_MAX) break;
      const text = valueOf(editor);
      // A blank one tells nothing: a form is empty again when it was sent.
      if (!text.trim() || text.length > room) continue;
      const name = editor.id || editor.getAttribute("name") || editor.getAttribute("aria-label") || number;
      found.push(`${location.pathname}${location.search}${location.hash} ${name}`, text);
      room -= text.length;
    } catch {
      // The page's own getters threw: not a place to look at.
    }
  }
  return found;
}

function isOutermost(editor) {
  if (editor.getAttribute("contenteditable") === "false") return false;
  return !editor.parentElement?.closest("[contenteditable]:not([contenteditable=false])");
}
