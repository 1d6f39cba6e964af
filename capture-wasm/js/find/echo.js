// The prompt on the page: where the person's turn is drawn. Titles and lists of
// conversations echo it too, and often earlier, so all echoes are told.

import { bare, before, deepest, textOf } from "./text.js";
import { up } from "./tree.js";

/** Texts looked at in one pass: the person's turn stands near the end of the page. */
const TEXTS_MAX = 3_000;

const ECHOES_MAX = 6;

/** A turn may also say whose it is. */
const MORE_MAX = 24;

/** So much of a long prompt is enough: pages fold the rest. */
const PART_MIN = 60;

const NO_TURN = "script,style,noscript,textarea,input,select,option,button,a,nav,title,[contenteditable],[role=button],[role=option],[data-tacit-private]";

/** The forms in which a prompt may be drawn: as it was written, and as Markdown makes it look. */
export function forms(text) {
  const drawn = text
    .replace(/^\s*(?:```.*|\d+[.)])/gm, "")
    .replace(/\]\([^)\s]*\)/g, "]");
  return [...new Set([bare(text), bare(drawn)])].filter(Boolean);
}

/** The elements that draw one of the `wanted`, from the end of the page backwards; none of which `skips(element)` is true. */
export function echoes(wanted, skips) {
  const found = [];
  const ends = wanted.map((prompt) => prompt.at(-1));
  let left = TEXTS_MAX;
  for (let node = deepest(document.documentElement); node && left > 0 && found.length < ECHOES_MAX; node = before(node)) {
    if (node.nodeType !== Node.TEXT_NODE) continue;
    const end = node.nodeValue.trimEnd().slice(-1).toLowerCase();
    if (!end || left-- < 0) continue;
    // Most texts end in a letter, and in another than the prompt.
    if (/\p{L}/u.test(end) && !ends.includes(end) && node.nodeValue.length < PART_MIN) continue;
    const element = drawn(node, wanted);
    if (element && !found.includes(element) && !element.closest(NO_TURN) && !skips(element)) found.push(element);
  }
  return found;
}

/** The element that draws a prompt which ends with the text of `node`. */
function drawn(node, wanted) {
  const end = bare(node.nodeValue.slice(-200));
  for (const prompt of wanted) {
    if (!prompt.endsWith(end) && !end.endsWith(prompt) && !(end.length >= PART_MIN && prompt.includes(end))) continue;
    for (let element = up(node); element; element = up(element)) {
      const text = bare(textOf(element));
      if (text.length > prompt.length + MORE_MAX) break;
      if (text.includes(prompt) || (text.length >= PART_MIN && prompt.startsWith(text))) return element;
    }
  }
}
