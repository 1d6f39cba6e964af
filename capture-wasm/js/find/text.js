// Texts of the page, and the way through it in the order in which all is written.

import { hostOf, meet, parentOf, shadows } from "./tree.js";

/** The node before `node`, in the order in which all is written. */
export function before(node) {
  if (node.previousSibling) return deepest(node.previousSibling);
  const parent = parentOf(node);
  const host = hostOf(parent);
  if (host) return host;
  const last = parent?.shadowRoot?.lastChild;
  return last ? deepest(last) : parent;
}

/** The last node inside `node`. */
export function deepest(node) {
  for (let child = node; child; child = node.lastChild ?? node.shadowRoot?.lastChild) {
    node = child;
    if (node.shadowRoot) meet(node.shadowRoot);
  }
  return node;
}

/** All text of `node`. */
export function textOf(node) {
  if (!shadows.met) return node.textContent;
  if (node.nodeType === Node.TEXT_NODE) return node.nodeValue;
  let text = "";
  const root = node.shadowRoot;
  if (root) {
    meet(root);
    for (const child of root.childNodes) text += textOf(child);
  }
  for (const child of node.childNodes) text += textOf(child);
  return text;
}

/** Copies of a text for other readers, and decoration. */
const HIDDEN = "[aria-hidden=true]:not([aria-hidden=true] *)";

/** All text of the element but what is hidden from assistive technology: a message may have its text twice. */
export function plainOf(element) {
  let text = textOf(element);
  for (const { textContent: copy } of element.querySelectorAll(HIDDEN)) if (copy) text = text.replace(copy, () => "");
  return text;
}

/** What is compared: letters and digits, so that neither Markdown nor layout counts; all of it where there are none. */
export function bare(text) {
  return text.replace(/[^\p{L}\p{N}]+/gu, "").toLowerCase() || text.replace(/\s+/g, "");
}
