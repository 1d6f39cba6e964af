// The page as one tree: open shadow roots belong to it.

/** The `nodeType` of shadow roots, which are the only fragments that are part of a page. */
export const SHADOW = 11;

/** A field of a form hides the form's property of its name: the way up would lead down again, for ever. */
function unhidden(name) {
  const get = globalThis.Node && Object.getOwnPropertyDescriptor(Node.prototype, name)?.get;
  return get ? (node) => get.call(node) : (node) => node[name];
}

export const parentOf = unhidden("parentNode");
const parentElementOf = unhidden("parentElement");

/** The element around `node`, also out of a shadow root. */
export const up = (node) => parentElementOf(node) ?? hostOf(parentOf(node));

/** The element whose shadow root `node` is. Links have a `host` too, which is none. */
export const hostOf = (node) => (node?.nodeType === SHADOW ? node.host : null);

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

/** What hears of open shadow roots as they are come across. */
let enter = () => {};

/** Whether any were `met`: only then texts are looked for in them. */
export const shadows = { met: false };

export function onShadow(found) {
  enter = (root) => {
    shadows.met = true;
    found(root);
  };
}

/** An open shadow root was come across. */
export const meet = (root) => enter(root);
