// The id that a page gives a message, told by its form: an attribute whose name
// says id, and a value that is one of a kind in the world, as a UUID is. Names
// made up while drawing (":r1:", "item-3") are none.

import { path } from "./tree.js";

const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Letters and digits mixed, as no word and no counted name has them. */
const MIXED = /^(?:[a-z]+[-_])*(?=(?:[a-z]*\d+[a-z]+){2}|(?:[A-Z0-9]*[a-z]+[A-Z0-9]+){2})[\w-]{7,100}$/;

const NAME = /^(?:id|data-(?:[\w-]+-)?(?:id|uuid|key))$/;

/** The id of the message whose outermost element is `message` and whose answer is `body`. */
export function messageId(message, body) {
  for (const element of [...path(body, message), message]) {
    for (const { name, value } of element.attributes) {
      if (!NAME.test(name)) continue;
      const id = UUID.exec(value)?.[0] ?? (MIXED.test(value) ? value : null);
      if (id && document.querySelectorAll(`[${name}="${value}"]`).length < 2) return id;
    }
  }
}
