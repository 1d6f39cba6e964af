// How much of the page's time is ours. A page that never stops changing would
// cost more than it may; then its outputs are looked at less often.

/** Our work may be this share of this stretch of time; no stretch is waited for when it is five times as much. */
const WINDOW_MS = 10_000;
const SHARE = 0.02;
const FAR_TOO_MUCH = 5;

/** What costs this part of it while looks are ten times fewer would cost too much again. */
const CALM = 0.1;

let since = 0;
let spent = 0;
let isOver = false;

/** Work that began at `started` has ended. */
export function worked(started) {
  const now = performance.now();
  spent += now - started;
  const share = spent / WINDOW_MS / SHARE;
  if (share > FAR_TOO_MUCH) isOver = true;
  if (now - since <= WINDOW_MS) return;
  isOver = share > (isOver ? CALM : 1);
  since = now;
  spent = 0;
}

/** Whether to do less, for as long as the current stretch and the next that is over. */
export const mustSlowDown = () => isOver;
