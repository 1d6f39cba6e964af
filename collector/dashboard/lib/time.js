// Times as people say them. Days are days of UTC, as the API's are.

export const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 };
export const DAY_MS = UNITS.d;

/** What the range picker offers, and what holds where an address says nothing. */
export const RANGES = [
  ["24h", "Last 24 hours"],
  ["7d", "Last 7 days"],
  ["28d", "Last 28 days"],
  ["90d", "Last 90 days"],
];
export const RANGE = "28d";

/** A time of an address, Unix ms: `7d` (ago), `2026-11-03`, a moment, or ms; else undefined. */
export function moment(text, now) {
  if (!text) return undefined;
  const ago = /^(\d{1,4})([mhd])$/.exec(text);
  if (ago) return now - Number(ago[1]) * UNITS[ago[2]];
  const at = /^\d{9,}$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

/** The range of an address: `until` is undefined where it reaches to now. */
export function range({ since, until }, now) {
  return { since: moment(since, now) ?? moment(RANGE, now), until: moment(until, now) };
}

/** How many days back a range reaches that moves on with time; undefined of one between moments. */
export function daysBack({ since = RANGE, until }) {
  const ago = /^(\d{1,3})([hd])$/.exec(since);
  return ago && !until ? Math.max(1, Math.ceil(Number(ago[1]) / (ago[2] === "h" ? 24 : 1))) : undefined;
}

const moments = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const days = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** A moment, in the reader's own time. */
export const at = (ms) => (ms === undefined || ms === null ? "–" : unbroken(moments.format(ms)));

/** The date stays on one line, the time may go to the next. */
const unbroken = (text) => text.replaceAll(/ (?=.*,)/g, "\u00a0");

/** The reader's own time zone: `Europe/Berlin`. */
export const zone = () => moments.resolvedOptions().timeZone;

/** A day of UTC, short. */
export const day = (ms) => days.format(ms);

/** A day of UTC as an address and a date field say it. */
export const isoDay = (ms) => new Date(ms).toISOString().slice(0, 10);

/** How long, with the one or two units that matter. */
export function duration(ms) {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 60) return `${seconds < 10 && seconds % 1 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** How long before `now`. */
export const ago = (ms, now) => (now - ms < 1_000 ? "just now" : `${duration(1_000 * Math.round((now - ms) / 1_000))} ago`);
