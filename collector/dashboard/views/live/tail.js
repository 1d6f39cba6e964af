// What was told so far, and what came since.

const MOST = 500;

/** A refusal that came again takes the place of its line before. */
const isSame = (one, other) => one.outcome === "refused" && other.outcome === "refused" && ["code", "field", "origin", "status"].every((name) => one[name] === other[name]);

/** The answer `more` after `before`: one list, ascending by number. */
export function joined(before, more) {
  // The collector began anew.
  const isNew = more.since !== before.since;
  const known = isNew ? [] : before.entries.filter((entry) => !more.entries.some((next) => next.n === entry.n || isSame(entry, next)));
  return { ...more, missed: !isNew && (before.missed || more.missed), entries: [...known, ...more.entries].slice(-MOST) };
}
