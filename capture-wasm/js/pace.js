// How much of the page's time is ours. A page that never stops changing would
// cost more than it may; then its outputs are looked at less often.

/** Our work may be this share of this stretch of time. */
const WINDOW_MS = 10_000;
const SHARE = 0.02;

let since = 0;
let spent = 0;
let isOver = false;

/** Work that began at `started` has ended. */
export function worked(started) {
  const now = performance.now();
  spent += now - started;
  const isTooMuch = spent > SHARE * WINDOW_MS;
  if (now - since > WINDOW_MS) {
    // A stretch without any work is longer than the window.
    isOver = isTooMuch;
    since = now;
    spent = 0;
  } else if (isTooMuch) isOver = true;
}

/** Whether to do less, for as long as the current stretch and the next that is over. */
export const mustSlowDown = () => isOver;
