// Some chats say below an answer that was stopped that it was, in a message like
// any other. It is short, it comes whole, and nobody asked for it.

import { bare, textOf } from "./text.js";
import { MEANINGS, mayStop } from "../controls.js";

/** What says more than so many letters and digits says something else. */
const NOTICE_MAX = 60;

export function notices() {
  /** What was known when somebody stopped an answer; null once another control was used. */
  let stopped = null;
  /** Notices and their texts: what grows was none. */
  const known = new WeakMap();

  return {
    /** A control was used: its place in `MEANINGS`, or -1. */
    used(control, meaning, facts) {
      const stops = MEANINGS[meaning] === "stop" || (meaning < 0 && mayStop(control));
      stopped = stops ? facts : null;
    },

    /** Whether a message is such a notice, if `isAbout(stopped)` what was stopped. */
    isNotice(message, isAbout) {
      const text = textOf(message);
      if (known.has(message)) return known.get(message) === text;
      if (!stopped || bare(text).length > NOTICE_MAX || !isAbout(stopped)) return false;
      known.set(message, text);
      return true;
    },
  };
}
