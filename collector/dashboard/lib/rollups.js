// Sums that the collector keeps of every day, model and prompt version: `GET /v1/rollups`.

import { path } from "./api.js";
import { counted, percent } from "./format.js";
import { html } from "./h.js";
import { DAY_MS, duration, isoDay } from "./time.js";

/** The path of the rows `by` day, model, prompt_version or total, in the state's range. */
export function rollups(by, { since, until, model, prompt_version }) {
  return path("/v1/rollups", { by, since, until, model, prompt_version });
}

/** The only row of a total. */
export const total = ({ rows }) => rows[0];

/** The rows of every day from the first that has one to the last, `undefined` where a day has none. */
export function everyDay({ rows }) {
  const dated = rows.filter(({ slice }) => slice !== null);
  if (dated.length === 0) return { times: [], days: [] };
  const known = new Map(dated.map((row) => [row.slice, row]));
  const [first, last] = [dated[0], dated.at(-1)].map(({ slice }) => Date.parse(slice));
  const times = Array.from({ length: Math.round((last - first) / DAY_MS) + 1 }, (_, index) => first + index * DAY_MS);
  return { times, days: times.map((time) => known.get(isoDay(time))) };
}

/** A rate of days as a line of a plot, with its interval. */
export function rateLine(days, name, more) {
  const of = (field) => days.map((row) => row?.rates[name]?.[field] ?? null);
  return { values: of("value"), band: [of("low"), of("high")], ...more };
}

/** The ends of a rate's interval, or nothing where too few are known. */
export const ends = (rate) => (rate && rate.low !== null && rate.high !== null ? [rate.low, rate.high] : undefined);

const TIERS = { none: ["None", "bad"], average: ["Average", "mixed"], strong: ["Strong", "good"], best_in_class: ["Best in class", "good"] };

/** How a tier is called, and its tone. */
export const tierOf = (tier) => TIERS[tier] ?? ["Not known", "rest"];

/** Where tiers begin. */
export const LEVELS = [
  { value: 0.05, title: "5 % average" },
  { value: 0.15, title: "15 % strong" },
  { value: 0.3, title: "30 % best in class" },
];

/** With traffic the newest part always waits a second or so. */
const BEHIND_MS = 10_000;

/** Says so where the sums are behind what is stored. */
export function Standing({ answer: { waiting, lag_ms } }) {
  if (lag_ms < BEHIND_MS) return null;
  return html`<p class="quiet" role="status">${counted(waiting, "part")} of the project ${waiting === 1 ? "waits" : "wait"} to be added up, for ${duration(lag_ms)} now: these figures are behind by that.</p>`;
}

/** What a rate rests on. */
export function resting(rate) {
  if (!rate) return "";
  const { groups, low } = rate;
  return `n ${counted(groups, "conversation")}${low === null ? ", too few alike for an interval" : ""}`;
}

export const share = (part, whole) => (whole > 0 ? part / whole : null);
export const shareTold = (part, whole) => percent(share(part, whole));
