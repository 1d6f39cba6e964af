// The page as one tree: open shadow roots belong to it.

/** The `nodeType` of shadow roots, which are the only fragments that are part of a page. */
export const SHADOW = 11;

/** A field of a form hides the form's property of its name: the way up would lead down again, for ever. */
function unhidden(name) {
  const get = globalThis.Node && Object.getOwnPropertyDescriptor(Node.prototype, name)?.get;
  return get ? (node) => get.call(node) : (node) => node[name];
}

const parentOf = unhidden("parentNode");
const parentElementOf = unhidden("parentElement");

/** The element around `node`, also out of a shadow root. */
export const up = (node) => parentElementOf(node) ?? hostOf(parentOf(node));

/** The element whose shadow root `node` is. Links have a `host` too, which is none. */
const hostOf = (node) => (node?.nodeType === SHADOW ? node.host : null);

/** Whether `inner` is `outer` or inside of it. */
export function holds(outer, inner) {
  while (inner && inner !== outer) inner = up(inner);
  return Boolean(inner);
}

/** Elements from `node` up to `top`, which is left out. */
export function path(node, top) {
  const found = [];
  for (; node && node !== top; node = up(node)) found.push(node);
  return found;
}

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
    if (node.shadowRoot) enter(node.shadowRoot);
  }
  return node;
}

/** What hears of open shadow roots as they are come across. */
let enter = () => {};
/** Whether the page is known to have any: only then texts are looked for in them. */
let hasShadows = false;

export function onShadow(found) {
  enter = (root) => {
    hasShadows = true;
    found(root);
  };
}

/** An open shadow root was come across. */
export const meet = (root) => enter(root);

/** All text of `node`. */
export function textOf(node) {
  if (!hasShadows) return node.textContent;
  if (node.nodeType === Node.TEXT_NODE) return node.nodeValue;
  let text = "";
  const root = node.shadowRoot;
  if (root) {
    enter(root);
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
