// The body of an answer inside its message: without name, date, "2 / 2" and
// controls around it. It is the deepest element that holds most of what grew.

import { plainOf, textOf } from "./text.js";

const MOST = 0.8;

/** What texts are made of; a body may hold several of them. */
const CONTENT = "p,ul,ol,li,pre,table,blockquote,h1,h2,h3,h4,h5,h6,code,span,em,strong,b,i,a,mark,del,sup,sub";

/** Of those, what stands beside others of its kind. */
const BLOCK = "p,ul,ol,pre,code,table,blockquote,h1,h2,h3,h4,h5,h6,[contenteditable]";

const DEPTH_MAX = 30;

/** What is not told apart by its first elements holds more than one message. */
const PARTS_MAX = 100;

/** How much an element says: frameworks leave white space between parts that says nothing. */
const sizeOf = (element) => plainOf(element).replace(/\s+/g, "").length;

/** The body inside `message`, whose parts had these sizes when it was new. */
export function bodyOf(message, sizes) {
  // What did not grow since it was found was complete before.
  const base = sizes && sizeOf(message) > sizes.get(message) ? sizes : null;
  const grown = (element) => sizeOf(element) - (base?.get(element) ?? 0);
  let body = message;
  for (let depth = 0; depth < DEPTH_MAX; depth++) {
    const parts = [...(body.shadowRoot?.children ?? []), ...body.children];
    const all = grown(body);
    const main = parts.find((part) => grown(part) >= MOST * all);
    if (!main || all <= 0 || main.matches("button,pre,table,svg")) break;
    const others = parts.filter((part) => part !== main && grown(part) > 0);
    if (others.some((other) => isLike(other, main)) || hasText(body)) break;
    // Where it makes no difference the body stays where more may be added.
    if (main.matches(CONTENT) && textOf(main).trim() === textOf(body).trim()) break;
    body = main;
  }
  return body;
}

/** How long the texts of the element and its parts are. */
export function sizesOf(element) {
  const sizes = new WeakMap([[element, sizeOf(element)]]);
  for (const part of [...element.getElementsByTagName("*")].slice(0, PARTS_MAX)) sizes.set(part, sizeOf(part));
  return sizes;
}

/** Whether `other` is as much part of the answer as `main` is. */
function isLike(other, main) {
  if (other.matches(BLOCK) || other.querySelector(BLOCK)) return true;
  return other.tagName === main.tagName && other.className === main.className;
}

/** Whether some text stands in the element itself. */
function hasText(element) {
  for (let node = element.firstChild; node; node = node.nextSibling) {
    if (node.nodeType === Node.TEXT_NODE && node.nodeValue.trim()) return true;
  }
  return false;
}
