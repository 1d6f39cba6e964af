// How many signals arrive a second, from what the books said before.

/** Looked back at: shorter and a page that sends now and then makes it jump. */
const WINDOW_MS = 60_000;
/** Two looks nearer than this tell nothing. */
const LEAST_MS = 500;

/** Looks `{at, count}` with one more; those too long ago are left out, but for the one the window begins after. */
export function looked(looks, look) {
  // The books of another collector, or of one that began anew.
  const known = looks.length > 0 && look.count < looks.at(-1).count ? [] : looks;
  const all = [...known, look];
  const first = all.findLastIndex(({ at }) => look.at - at >= WINDOW_MS);
  return all.slice(Math.max(0, first));
}

/** `{rate, ms}`: how many a second, and over how long; undefined where one look is all there is. */
export function pace(looks) {
  if (looks.length < 2) return undefined;
  const [first, last] = [looks[0], looks.at(-1)];
  const ms = last.at - first.at;
  return ms < LEAST_MS ? undefined : { rate: (1_000 * (last.count - first.count)) / ms, ms };
}
