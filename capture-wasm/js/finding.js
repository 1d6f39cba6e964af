// The finder of answers, before it is there.

import { withLate } from "./later.js";

/** So many batches of changes are kept for it. */
const MISSED_MAX = 100;

const none = () => {};

/** Returns what gives the finder as it is now; one that finds nothing until the late part is there. */
export function finding(roots, composers) {
  /** The last question and what changed since: an answer may begin meanwhile. */
  let missed = [];
  let found = {
    chatOf: () => 0,
    isPart: none,
    isChat: none,
    used: none,
    asked: none,
    waits: none,
    look: () => [],
    ask(...asked) {
      missed &&= [(finder) => finder.ask(...asked)];
    },
    changed(...batch) {
      if (missed?.length && missed.length < MISSED_MAX) missed.push((finder) => finder.changed(...batch));
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
