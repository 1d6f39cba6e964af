// Where signals stand in a drawing that is to scale. Pure: a test reads it without a page.

/** A gap so many times as long as all shorter ones together is broken, and all longer ones. */
const LONG_TIMES = 4;
/** Shorter ones never are, ms. */
const LONG_MS = 30_000;
/** Width of a broken gap, of one. */
const BREAK = 0.06;
/** Least distance of two ticks, of one. */
const TICK = 0.12;

/**
 * A scale over `times` (ms): `{from, to, parts}`. Each part is `{from, to, left, right,
 * broken}` with `left` and `right` between 0 and 1; what is not broken has one scale.
 */
export function scale(times) {
  const points = [...new Set(times)].sort((a, b) => a - b);
  const gaps = points.slice(1).map((to, index) => ({ from: points[index], to, broken: false }));
  // The length of what is not broken.
  let rest = 0;
  let isLong = false;
  for (const gap of gaps.toSorted((a, b) => a.to - a.from - (b.to - b.from))) {
    const length = gap.to - gap.from;
    isLong ||= rest > 0 && length >= LONG_MS && length >= LONG_TIMES * rest;
    if (isLong) gap.broken = true;
    else rest += length;
  }
  const breaks = gaps.filter(({ broken }) => broken).length;
  const width = Math.min(BREAK, 0.5 / Math.max(1, breaks));
  const room = 1 - breaks * width;
  let left = 0;
  const parts = [];
  for (const { from, to, broken } of gaps) {
    const right = left + (broken ? width : (room * (to - from)) / rest);
    const before = parts.at(-1);
    if (before && !broken && !before.broken) Object.assign(before, { to, right });
    else parts.push({ from, to, left, right, broken });
    left = right;
  }
  return { from: points[0], to: points.at(-1), perMs: rest > 0 ? room / rest : 0, parts };
}

/** Where a time stands, from 0 to 1; what is outside stands at the nearer end. */
export function place({ from, to, parts }, time) {
  if (parts.length === 0) return 0.5;
  const at = Math.min(to, Math.max(from, time));
  const part = parts.find((part) => at <= part.to) ?? parts.at(-1);
  const share = part.to === part.from ? 0 : (at - part.from) / (part.to - part.from);
  return part.left + share * (part.right - part.left);
}

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500].concat(
  [1, 2, 5, 10, 15, 30].map((seconds) => 1_000 * seconds),
  [1, 2, 5, 10, 15, 30].map((minutes) => 60_000 * minutes),
  [1, 2, 3, 6, 12].map((hours) => 3_600_000 * hours),
  [1, 2, 7, 14, 28].map((days) => 86_400_000 * days),
);

/** Round offsets from `start` that have room, `{at, offset}`. */
export function ticks(whole, start) {
  const { parts, perMs } = whole;
  if (perMs === 0) return [];
  const step = STEPS.find((step) => step * perMs >= TICK) ?? STEPS.at(-1);
  const found = [];
  for (const { from, to, broken } of parts) {
    if (broken) continue;
    for (let offset = Math.ceil((from - start) / step) * step; start + offset <= to; offset += step) {
      found.push({ at: start + offset, offset });
    }
  }
  return found;
}

/** Spans of time that signals tell of: how long an answer was written, and how it was read. */
export function spans(signals) {
  const found = [];
  const read = new Map();
  for (const { id, kind, corrected_at: at, stream_ms: stream, active_ms: active } of signals) {
    if (kind === "shown" && stream > 0) found.push({ id, kind, from: at - stream, to: at, what: "written" });
    if (kind !== "dwell") continue;
    // Reading adds up within a session: what is new lies before this signal.
    const session = id.slice(0, id.lastIndexOf(":"));
    const before = read.get(session) ?? { active: 0, at: -Infinity };
    const more = Math.max(0, active - before.active);
    found.push({ id, kind, from: Math.max(before.at, at - more), to: at, what: "read" });
    read.set(session, { active: Math.max(active, before.active), at });
  }
  return found;
}

/** Ends of the rules' windows, each once: `{until, rules}`. */
export function windows(rules) {
  const ends = new Map();
  for (const { rule, until } of rules) {
    if (until !== undefined) ends.set(until, [...(ends.get(until) ?? []), rule]);
  }
  return [...ends].sort(([a], [b]) => a - b).map(([until, rules]) => ({ until, rules }));
}

/** Kinds in the order they first happened. */
export const lanes = (signals) => [...new Set(signals.map(({ kind }) => kind))];
