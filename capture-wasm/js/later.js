// What capture can begin without, in a file of its own that is fetched when it has
// begun: how answers are found by what they do, what controls are called, and the
// fields of signals. Until it is there, and where it never comes, all else goes on.

import { inside } from "./retire.js";
import { shared } from "./shared.js";

/** How it is brought, once a page; what it exports, null until it is there. */
export const late = { load: () => import("./late.js"), loading: null, part: null };

/** Begins to fetch it. `onMissing` hears of it if it cannot be had. */
export function bring(onMissing) {
  late.loading ??= Promise.resolve()
    .then(late.load)
    .then((part) => {
      part.share(shared());
      late.part = part;
    })
    .catch(() => {});
  late.loading.then(() => late.part || onMissing());
}

/** Calls `fn` with the part, at once or when it has come; with null if it cannot be had. */
export function withLate(fn) {
  if (late.part) fn(late.part);
  else late.loading?.then(inside(() => fn(late.part)));
}
