// What is selected, copied and pasted, in light and shadow trees. Nothing here
// asks for layout, as `String(selection)` would. Facts only: the Wasm module,
// which imports this file, decides what they mean.

import { attached, listen } from "./attach.js";
import { inside } from "./retire.js";
import { LENGTH_MAX, editorOf, read, selectedInField, targetOf } from "./reading.js";

/** A selection that has not moved for so long has come to rest, ms. */
const REST_MS = 500;

/** More text than this is not looked at, nor more outputs. */
const CHARS_MAX = LENGTH_MAX;
const OUTPUTS_MAX = 50;

/**
 * Calls `onRest` when the selection has come to rest. An event only sets a flag:
 * a drag over an answer fires hundreds.
 */
export function watchSelection(onRest) {
  let movedAt = 0;
  let waiting = false;
  const wait = (ms) => {
    waiting = true;
    setTimeout(() => {
      const left = movedAt + REST_MS - performance.now();
      if (left > 0) return wait(left);
      waiting = false;
      onRest();
    }, ms);
  };
  const onMove = inside(() => {
    movedAt = performance.now();
    if (!waiting) wait(REST_MS);
  });
  listen(document, "selectionchange", onMove);
}

/** What was selected at a copy before there was a core. */
let noted;

/** The part of the selection in each of `outputs`, given with its id, as a flat list: id, text, … */
export function selectedIn(outputs) {
  const parts = [];
  let chars = 0;
  for (const [element, id] of outputs) {
    const text = selectedOf(element);
    if (!text.trim()) continue;
    parts.push(id, text);
    chars += text.length;
    if (chars > CHARS_MAX || parts.length >= 2 * OUTPUTS_MAX) break;
  }
  return parts;
}

function selectedOf(element) {
  let text = "";
  const root = element.getRootNode();
  for (const range of rangesIn(root)) {
    if (range.intersectsNode(element)) text += read(element, range)[0];
  }
  // A selection in the page around a shadow tree takes all of it.
  const { host } = root;
  if (!text && host && rangesIn(host.getRootNode()).some((range) => range.intersectsNode(host))) return read(element)[0];
  return text;
}

/**
 * The ranges selected in a document or shadow tree that hold anything. The
 * document's own selection says of a shadow tree that it is collapsed, at the host.
 */
function rangesIn(root) {
  // What was taken off the page is in a tree of its own.
  if (!root.isConnected) return [];
  if (noted) return noted.filter((range) => !range.collapsed && range.startContainer.getRootNode() === root);
  const own = root.getSelection?.();
  const selection = own ?? document.getSelection();
  if (!selection) return [];
  const ranges =
    own === undefined && selection.getComposedRanges
      ? selection.getComposedRanges({ shadowRoots: [root] }).map(live)
      : Array.from({ length: selection.rangeCount }, (_, n) => selection.getRangeAt(n));
  return ranges.filter((range) => !range.collapsed && range.startContainer.getRootNode() === root);
}

/** The text of a range outside of outputs, as a script may have made it; none that is private. */
function textOf(range) {
  const { startContainer: node, commonAncestorContainer: around } = range;
  if ((node.parentElement ?? node).closest("[data-tacit-private]")) return "";
  return read(around.closest ? around : around.parentElement, range)[0];
}

function live({ startContainer, startOffset, endContainer, endOffset }) {
  const range = document.createRange();
  range.setStart(startContainer, startOffset);
  range.setEnd(endContainer, endOffset);
  return range;
}

/**
 * What a `copy` or `cut` event takes, read while it happens, as a page may change
 * everything right after: where it happened, null if the page itself said what is
 * copied; the text if it is no part of an output's element; and the parts of outputs
 * as `selectedIn` gives them. What the page says is known when its own listeners
 * ran, so the list is to be read after the event.
 */
export function copied(event, outputs) {
  const target = targetOf(event);
  if (event.ranges) {
    noted = event.ranges;
    const parts = outputs.selected();
    noted = undefined;
    return [target, undefined, ...parts];
  }
  const field = selectedInField(target);
  const parts = field === undefined ? outputs.selected() : [];
  const facts = [target, field, ...parts];
  if (field !== undefined || parts.length) return facts;
  facts[1] = rangesIn(target?.getRootNode?.() ?? document).map(textOf).join("");
  // Or the page puts what it likes on the clipboard.
  const after = (event) => {
    try {
      const text = event.defaultPrevented && event.clipboardData.getData("text/plain");
      if (text) facts.splice(0, 2, null, text);
    } catch {
      // Then it is not known.
    }
  };
  addEventListener(event.type, after, { passive: true });
  setTimeout(attached(() => removeEventListener(event.type, after)));
  return facts;
}

/** The text of a `paste` into an editor; undefined if it goes nowhere or where nothing is read. */
export function pastedText(event) {
  const editor = editorOf(event);
  if (!editor || editor.closest("[data-tacit-private]")) return undefined;
  return event.clipboardData?.getData("text/plain").slice(0, CHARS_MAX);
}
