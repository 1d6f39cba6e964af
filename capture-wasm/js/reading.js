// Reads texts and names off the page without asking for layout: `innerText`
// and `String(selection)` lay the page out, walking the tree does not. Facts
// only; the Wasm module, which imports this file, decides what they mean.

/** Controls and decorations inside an answer are not its text. */
const NOT_TEXT = "button,[role=button],[role=toolbar],svg,script,style,noscript,[aria-hidden=true],[data-tacit-private]";

/** Line breaks come from the tags of blocks. */
const BLOCKS =
  " P DIV LI UL OL PRE BLOCKQUOTE TABLE TR SECTION ARTICLE H1 H2 H3 H4 H5 H6 HR DL DT DD FIGURE FIGCAPTION HEADER FOOTER DETAILS SUMMARY ";

/** Deeper than any real answer; bounds the recursion. */
const DEPTH_MAX = 200;

/** Of a longer text only this much of its beginning counts: 25,000 tokens, more than an answer has. */
const LENGTH_MAX = 100_000;

/** Beginning and end by which a long text shows whether it changes. */
const PEEK = 10_000;

/** What a person clicks on; leaves only, so that text in a clickable message is none. */
const CONTROLS = "button,[role=button],[role=menuitem],[role=radio],a[role]";

/** The text inside `element`, and after it that of each of its code blocks. */
export function read(element) {
  const read = [""];
  walk(element, read, 0);
  read[0] = read[0].slice(0, LENGTH_MAX);
  return read;
}

/** All text inside `element`, as cheaply as it can be read; of a long one enough to see that it changes. */
export function glance(element) {
  // What is private is not read either to see whether it changes.
  const text = element.querySelector("[data-tacit-private]") ? read(element)[0] : element.textContent;
  return text.length > 2 * PEEK ? text.length + text.slice(0, PEEK) + text.slice(-PEEK) : text;
}

function walk(parent, read, depth) {
  if (parent.shadowRoot) walk(parent.shadowRoot, read, depth + 1);
  for (let node = parent.firstChild; node && read[0].length < LENGTH_MAX; node = node.nextSibling) {
    if (node.nodeType === Node.TEXT_NODE) read[0] += node.nodeValue;
    else if (node.nodeType === Node.ELEMENT_NODE && depth < DEPTH_MAX && !node.matches(NOT_TEXT)) {
      const tag = node.tagName;
      const block = BLOCKS.includes(` ${tag} `);
      if (block) newLine(read);
      const start = read[0].length;
      walk(node, read, depth + 1);
      if (tag === "PRE") read.push(read[0].slice(start));
      if (block || tag === "BR") newLine(read);
      else if (tag === "TD" || tag === "TH") read[0] += "\t";
    }
  }
}

function newLine(read) {
  if (read[0] && !read[0].endsWith("\n")) read[0] += "\n";
}

/** Where the event really happened, also inside open shadow roots; only known while it happens. */
export function targetOf(event) {
  const [target] = event.composedPath();
  return target;
}

/** The editor an event happened in: a field, or the outermost editable element. */
export function editorOf(event) {
  let editor = targetOf(event);
  if (editor instanceof HTMLTextAreaElement) return editor;
  if (editor instanceof HTMLInputElement) return /^(text|search)$/.test(editor.type) ? editor : undefined;
  if (!editor?.isContentEditable) return undefined;
  while (editor.parentElement?.isContentEditable) editor = editor.parentElement;
  return editor;
}

/** All text of an editor; none of one that is private. */
export function valueOf(editor) {
  if (editor.closest("[data-tacit-private]")) return "";
  return isField(editor) ? editor.value : read(editor)[0];
}

/** What is selected in a form field, of which the document's selection says
 * nothing; undefined if `field` is none. */
export function selectedInField(field) {
  if (!isField(field) || field.selectionStart === null) return undefined;
  return field.value.slice(field.selectionStart, field.selectionEnd);
}

/** The control an event happened in. */
export function controlOf(event) {
  return targetOf(event)?.closest?.(CONTROLS);
}

/** The accessible name, by the strongest sources of the computation (WAI-ARIA
 * accname 1.2): `aria-label`, own text, `title`. */
export function nameOf(control) {
  const names = [control.getAttribute("aria-label"), control.textContent, control.getAttribute("title")];
  return names.find((name) => name?.trim());
}

/** What an IntersectionObserver tells: the element, whether and which part of it is in view, the
 * height of that part, how far down it reaches, the height of the element and of the view. */
export function sightOf({ target, isIntersecting, intersectionRatio, intersectionRect: seen, boundingClientRect: whole, rootBounds }) {
  return [target, isIntersecting, intersectionRatio, seen.height, seen.bottom - whole.top, whole.height, rootBounds?.height];
}

function isField(element) {
  return element instanceof HTMLTextAreaElement || element instanceof HTMLInputElement;
}
