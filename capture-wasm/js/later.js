// What capture can begin without, each in a file of its own.
//
// The late part is fetched when capture has begun: how answers are found by what
// they do, what controls are called, and the fields of signals. That for texts is
// fetched where it is needed, see editing.js. Until one is there, and where it
// never comes, all else goes on.

import { inside } from "./retire.js";
import { shared } from "./shared.js";

/** How it is brought, once a page; what it exports, null until it is there. */
export const late = { load: () => import("./late.js"), loading: null, part: null };
export const texts = { load: () => import("./texts.js"), loading: null, part: null };

/** Begins to fetch it. `onMissing` hears of it if it cannot be had. */
export function bring(onMissing, which = late) {
  which.loading ??= Promise.resolve()
    .then(which.load)
    .then(async (part) => {
      await part.share(shared());
      which.part = part;
    })
    .catch(() => {});
  which.loading.then(() => which.part || onMissing());
}

/** Calls `fn` with the part, at once or when it has come; with null if it cannot be had. */
export function withLate(fn, which = late) {
  if (which.part) fn(which.part);
  else which.loading?.then(inside(() => fn(which.part)));
}

/** How two prompts compare, see followed.js; nobody sees that one was sent before the part is there. */
export const compare = (before, next) => late.part.compare(before, next);
