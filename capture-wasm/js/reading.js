// Reads texts and names off the page without asking for layout: `innerText`
// and `String(selection)` lay the page out, walking the tree does not. Facts
// only; the Wasm module, which imports this file, decides what they mean.

/** Controls and decorations inside an answer are not its text. */
const NOT_TEXT = "button,[role=button],[role=toolbar],svg,script,style,noscript,[aria-hidden=true],[data-tacit-private]";

/** Where code can be changed there is no `pre`, but spelling is not checked. */
const CODE_EDITOR = "[contenteditable=true][spellcheck=false]";

/** Line breaks come from the tags of blocks. */
const BLOCKS =
  " P DIV LI UL OL PRE BLOCKQUOTE TABLE TR SECTION ARTICLE H1 H2 H3 H4 H5 H6 HR DL DT DD FIGURE FIGCAPTION HEADER FOOTER DETAILS SUMMARY ";

/** Deeper than any real answer; bounds the recursion. */
const DEPTH_MAX = 200;

/** Of a longer text only this much of its beginning counts: 25,000 tokens, more than an answer has. */
export const LENGTH_MAX = 100_000;

/** Beginning and end by which a long text shows whether it changes. */
const PEEK = 10_000;

/** The text inside `element`, of it what lies in `range` if one is given; after it that of each of its code blocks. */
export function read(element, range) {
  const read = [""];
  walk(element, read, 0, range);
  read[0] = read[0].slice(0, LENGTH_MAX);
  return read;
}

/** All text inside `element`, as cheaply as it can be read; of a long one enough to see that it changes. */
export function glance(element) {
  // What is private is not read either to see whether it changes.
  const text = element.querySelector("[data-tacit-private]") ? read(element)[0] : element.textContent;
  return text.length > 2 * PEEK ? text.length + text.slice(0, PEEK) + text.slice(-PEEK) : text;
}

function walk(parent, read, depth, range) {
  const shadow = parent.shadowRoot;
  // A selection in the tree around a shadow tree takes all that is inside.
  if (shadow) walk(shadow, read, depth + 1, range?.startContainer.getRootNode() === shadow ? range : undefined);
  for (let node = parent.firstChild; node && read[0].length < LENGTH_MAX; node = node.nextSibling) {
    if (range && !range.intersectsNode(node)) continue;
    if (node.nodeType === Node.TEXT_NODE) read[0] += within(node, range);
    else if (read.gap && !node.firstChild && node.style?.height) read[0] += read.gap;
    else if (node.nodeType === Node.ELEMENT_NODE && depth < DEPTH_MAX && !node.matches(NOT_TEXT)) {
      const tag = node.tagName;
      const block = BLOCKS.includes(` ${tag} `);
      if (block) newLine(read);
      const start = read[0].length;
      const codes = read.length;
      walk(node, read, depth + 1, range);
      const text = () => read[0].slice(start);
      if (tag === "PRE" && read.length !== codes + 1) {
        // Many <code> inside are its lines; one leaves out what stands around, such as the language.
        read.length = codes;
        read.push(text());
      } else if (tag === "CODE" ? node.closest("pre") || text().includes("\n") : node.matches(CODE_EDITOR)) read.push(text());
      if (tag === "BR") read[0] += "\n";
      else if (block) newLine(read);
      else if (tag === "TD" || tag === "TH") read[0] += "\t";
    }
  }
}

function within(text, { startContainer, startOffset, endContainer, endOffset } = {}) {
  const from = text === startContainer ? startOffset : 0;
  return text.nodeValue.slice(from, text === endContainer ? endOffset : undefined);
}

function newLine(read) {
  if (read[0] && !read[0].endsWith("\n")) read[0] += "\n";
}

/** Where the event really happened, also inside open shadow roots; only known while it happens. */
export const targetOf = (event) => event.composedPath()[0];

/** The editor of the last event. */
let latest;

/** The editor an event happened in: a field, or the outermost editable element. */
export function editorOf(event) {
  const path = event.composedPath();
  const known = latest?.deref();
  // At a key nothing is looked up: `isContentEditable` makes the browser work out styles.
  if (event.type !== "focusin" && known && path.includes(known)) return known;
  const editor = findEditor(path[0]);
  latest = editor && new WeakRef(editor);
  return editor;
}

function findEditor(editor) {
  if (editor instanceof HTMLTextAreaElement) return editor;
  if (editor instanceof HTMLInputElement) return /^(text|search)$/.test(editor.type) ? editor : undefined;
  if (!editor?.isContentEditable) return undefined;
  while (editor.parentElement?.isContentEditable) editor = editor.parentElement;
  return editor;
}

/**
 * All text of an editor; none of one that is private. Where it draws only the
 * lines in view, an empty element of the rest's height stands for the rest: a
 * NUL, which is in no text.
 */
export function valueOf(editor) {
  if (editor.closest("[data-tacit-private]")) return "";
  if (isField(editor)) return editor.value;
  const read = [""];
  read.gap = "\n\0\n";
  walk(editor, read, 0);
  // Editors put one where a caret has nothing to stand beside.
  return read[0].replaceAll("\ufeff", "");
}

/** Whether an element is on the page and drawn; it may make the browser work out styles. */
export function isShown(element) {
  return element.isConnected && element.checkVisibility?.({ visibilityProperty: true }) !== false;
}

/** What is selected in a form field, of which the document's selection says
 * nothing; undefined if `field` is none, and nothing of a private one. */
export function selectedInField(field) {
  if (!isField(field) || field.selectionStart === null) return undefined;
  if (field.closest("[data-tacit-private]")) return "";
  return field.value.slice(field.selectionStart, field.selectionEnd);
}

function isField(element) {
  return element instanceof HTMLTextAreaElement || element instanceof HTMLInputElement;
}
