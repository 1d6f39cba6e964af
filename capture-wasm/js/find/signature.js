// What answers have and a person's turns lack, learned from one pair: so that
// answers which were there before, or come back, are known.

import { path, up } from "./tree.js";

/** The outer elements of a message tell; its inner ones are content. */
const LEVELS = 6;

/** What says a role by itself; and names that people gave. Numbers and ids are of one message only. */
const NAMED = /^(?:role|data-[\w-]*(?:role|type|sender|author|from|testid|side|variant))$/;
const PLAIN = /^(?!.*(?:\d{5}|[\da-f]{8}-))[A-Za-z][\w-]{1,60}$/;

const quoted = (value) => value.replace(/["\\]/g, "\\$&");

/** The marks of an element as selectors, the telling ones first. */
function marks(element) {
  const found = [];
  for (const { name, value } of element.attributes) {
    if (NAMED.test(name) && value.length < 60 && !/\d/.test(value)) found.push(`[${name}="${quoted(value)}"]`);
  }
  for (const token of element.classList) if (PLAIN.test(token)) found.push(`.${token}`);
  return found;
}

/**
 * How to find messages like `message`, whose answer is `body`, and unlike `turn`: a `selector`, how many levels `up` from
 * what it finds the message is, `within`, which finds the body, and the `transcript` both stand in. Null where they look the same.
 */
export function learn(message, body, turn) {
  const top = up(message);
  const transcript = new WeakRef(top);
  const levels = path(body, top).reverse().slice(0, LEVELS);
  const tell = (element, mark) => !turn.matches(mark) && !turn.querySelector(mark) && message.parentNode.querySelectorAll(mark).length > 0;
  for (const [depth, element] of levels.entries()) {
    const telling = marks(element).filter((mark) => tell(element, mark));
    // One that stands for it and none of its parts.
    const mark = telling.find((mark) => message.querySelectorAll(mark).length === (element === message ? 0 : 1));
    if (mark) return { selector: element.localName + mark, up: depth, within: bodySelector(message, body), transcript };
  }
  // Something beside the text may tell, as an icon does.
  for (const part of [...message.querySelectorAll("*")].slice(0, 40)) {
    if (body.contains(part) || part === message || part.closest("button")) continue;
    const mark = marks(part).find((mark) => tell(part, mark) && message.querySelectorAll(mark).length === 1);
    if (mark) return { selector: part.localName + mark, up: path(part, message).length, within: bodySelector(message, body), transcript };
  }
  return null;
}

/** A selector of the body inside its message: by a mark, or else by its place. */
export function bodySelector(message, body) {
  if (body === message) return null;
  const mark = marks(body).find((mark) => message.querySelector(mark) === body);
  if (mark) return body.localName + mark;
  const steps = path(body, message).map((element) => {
    let place = 1;
    for (let other = element; (other = other.previousElementSibling); ) if (other.localName === element.localName) place++;
    return `${element.localName}:nth-of-type(${place})`;
  });
  return [":scope", ...steps.reverse()].join(">");
}
