// Does it work? What a glance has to tell, from the sums of a range and the books.

import { count, counted, percent, sum } from "./format.js";
import { UNITS, ago } from "./time.js";

/** Below this, somebody's pages are likely blocked or miss the script; priors of the product. */
const REACH_GOOD = 0.8;
const REACH_BAD = 0.5;

/** A page that is used at all sends something within a day; a busy one within an hour. */
const FRESH_MS = UNITS.h;
const STALE_MS = UNITS.d;

/** More refusals than one in a hundred are somebody's mistake. */
const REFUSED = 0.01;

/** `{name, tone, text}` of each thing that has to hold; `row` is undefined without outputs. */
export function checks(row, ledger, now) {
  return [arriving(row, now), reach(row), registered(row), refused(ledger), lost(ledger)].filter(Boolean);
}

function arriving(row, now) {
  const last = Math.max(...Object.values(row?.signals ?? {}).map(({ last_at }) => last_at));
  if (!Number.isFinite(last)) return { name: "Signals", tone: "bad", text: "none in this range" };
  const since = now - last;
  const tone = since < FRESH_MS ? "good" : since < STALE_MS ? "mixed" : "bad";
  return { name: "Signals", tone, text: `last one ${ago(last, now)}` };
}

function reach(row) {
  const value = row?.rates.reach?.value;
  if (value === undefined) return undefined;
  const tone = value >= REACH_GOOD ? "good" : value >= REACH_BAD ? "mixed" : "bad";
  const why = tone === "good" ? "" : ": pages are blocked or miss the script";
  return { name: "Reach", tone, text: `${percent(value)} of registered answers seen${why}` };
}

function registered(row) {
  if (!row || row.outputs === 0) return undefined;
  if (row.registered === 0) return { name: "Server", tone: "mixed", text: "registers no answers, so nothing can be trained on them" };
  return { name: "Server", tone: "good", text: `registered ${percent(row.registered / row.outputs, 0)} of the answers` };
}

function refused({ batches }) {
  const rejected = sum(Object.values(batches.rejected));
  if (rejected + batches.shed === 0) return { name: "Refused", tone: "good", text: "nothing" };
  const isMuch = rejected + batches.shed > REFUSED * batches.received;
  return { name: "Refused", tone: isMuch ? "bad" : "good", text: `${count(rejected + batches.shed)} of ${count(batches.received)} batches ever`, view: "ingest" };
}

function lost({ install, counts }) {
  const blind = sum(Object.values(install));
  const dropped = counts.dropped_by_clients ?? 0;
  if (blind + dropped === 0) return undefined;
  const told = [blind && `${counted(blind, "page")} can capture nothing`, dropped && `${counted(dropped, "signal")} dropped by pages`];
  return { name: "Lost", tone: "mixed", text: told.filter(Boolean).join(", "), view: "ingest" };
}
