// The finder of answers, before it is there.

import { withLate } from "./later.js";

/** So many batches of changes are kept for it. */
const MISSED_MAX = 1_000;

const none = () => {};

/** Returns what gives the finder as it is now; one that finds nothing until the late part is there. */
export function finding(roots, composers) {
  /** What was pressed or asked last and what changed since: an answer may begin meanwhile. */
  let missed = [];
  let isAsked = false;
  let found = {
    chatOf: () => 0,
    agesOf: () => [],
    isPart: none,
    isChat: none,
    used: none,
    asked: none,
    waits: none,
    look: () => [],
    ask(...asked) {
      isAsked = true;
      missed?.push((finder) => finder.ask(...asked));
    },
    pressed(...now) {
      if (!isAsked) missed &&= [];
      missed?.push((finder) => finder.pressed(...now));
    },
    changed(...batch) {
      const isKept = Boolean(missed?.length) && missed.length < MISSED_MAX;
      if (isKept) missed.push((finder) => finder.changed(...batch));
      return isKept;
    },
  };
  withLate((part) => {
    if (part) {
      found = part.finder(roots, composers);
      for (const tell of missed) tell(found);
    }
    // Nothing of the page is held for longer.
    missed = null;
  });
  return () => found;
}
