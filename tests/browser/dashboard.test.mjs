// What the dashboard decides without a browser.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ofProject, openProject, path } from "../../collector/dashboard/lib/api.js";
import { checks } from "../../collector/dashboard/lib/checks.js";
import { bytes, percent } from "../../collector/dashboard/lib/format.js";
import { metricDelta, metricValue } from "../../collector/dashboard/lib/metrics.js";
import { looked, pace } from "../../collector/dashboard/lib/pace.js";
import { everyDay, rateLine } from "../../collector/dashboard/lib/rollups.js";
import { next, read, write } from "../../collector/dashboard/lib/router.js";
import { ago, range } from "../../collector/dashboard/lib/time.js";

const NOW = Date.parse("2026-11-26T12:00:00Z");
const HOUR_MS = 3_600_000;

test("an address is read as it was written", () => {
  for (const route of [
    { name: "overview", id: undefined, params: {} },
    { name: "outputs", id: "o/1?x=#2 %", params: { since: "7d", model: "m & n = <b>" } },
  ]) {
    assert.deepEqual(read(write(route)), route);
  }
  assert.deepEqual(read(""), { name: "", id: undefined, params: {} });
  assert.deepEqual(read("#/outputs/%E0%A4%A"), { name: "outputs", id: "%E0%A4%A", params: {} });
});

test("a fragment that is no view's is none", () => {
  assert.equal(read("#main"), null);
  assert.equal(read("#key=sk_1"), null);
});

test("the address that briefs print leads to the output", () => {
  assert.deepEqual(read("#output=o-1%2F2"), { name: "outputs", id: "o-1/2", params: {} });
});

test("range and filter go along to another view, the rest stays", () => {
  const here = { name: "breakdown", id: undefined, params: { since: "7d", model: "m-1", sort: "n" } };
  assert.equal(write(next(here, "funnel")), "#/funnel?since=7d&model=m-1");
  const there = { ...here, params: { project: "a & b", sort: "n" } };
  assert.equal(write(next(there, "funnel")), "#/funnel?project=a+%26+b");
  assert.equal(write(next(here, "outputs/o%2F1", { q: "x" })), "#/outputs/o%2F1?since=7d&model=m-1&q=x");
  assert.equal(write(next(here, { model: null })), "#/breakdown?since=7d&sort=n");
});

test("a range is ago, days or moments, and 28 days where nothing is said", () => {
  const day = 24 * HOUR_MS;
  assert.deepEqual(range({}, NOW), { since: NOW - 28 * day, until: undefined });
  assert.deepEqual(range({ since: "24h" }, NOW), { since: NOW - day, until: undefined });
  assert.deepEqual(range({ since: "2026-11-01", until: "2026-11-03" }, NOW), { since: Date.parse("2026-11-01"), until: Date.parse("2026-11-03") });
  assert.deepEqual(range({ since: "1795694400000" }, NOW).since, 1795694400000);
  assert.deepEqual(range({ since: "yesterday", until: "" }, NOW), { since: NOW - 28 * day, until: undefined });
});

test("numbers are written as people read them", () => {
  assert.equal(percent(0.12345), "12.3 %");
  assert.equal(percent(null), "–");
  assert.deepEqual([0, 1023, 1024, 5.5 * 1024 ** 3].map(bytes), ["0 B", "1023 B", "1.0 KiB", "5.5 GiB"]);
  assert.equal(metricValue("capture_rate", 0.5), "50.0 %");
  assert.equal(metricValue("dwell_seconds", 22.13), "22.1 s");
  assert.equal(metricDelta("survival", -0.031), "−3.1 points");
  assert.equal(metricDelta("score", 0.25, 1), "+0.3");
  assert.equal(ago(NOW - 4_400, NOW), "4 s ago");
});

test("what is not said is in no query", () => {
  assert.equal(path("/v1/x", { a: 0, b: undefined, c: null, d: "", e: "m & n" }), "/v1/x?a=0&e=m+%26+n");
});

test("what is asked about figures says of which project", () => {
  assert.equal(ofProject("/v1/ledger"), "/v1/ledger");
  openProject("a & b");
  assert.equal(ofProject("/v1/ledger"), "/v1/ledger?project=a+%26+b");
  assert.equal(ofProject("/v1/ledger?fates=false"), "/v1/ledger?fates=false&project=a+%26+b");
  for (const about of ["/v1/login", "/v1/login?project=b", "/readyz", "/capture/tacit.js"]) assert.equal(ofProject(about), about);
  openProject(undefined);
  assert.equal(ofProject("/v1/ledger"), "/v1/ledger");
});

test("a day without outputs is a gap, not a step", () => {
  const row = (slice, value) => ({ slice, rates: { reach: { value, low: null, high: null } } });
  const { times, days } = everyDay({ rows: [row(null, 0), row("2026-11-24", 0.5), row("2026-11-26", 0.7)] });
  assert.deepEqual(times.map((time) => new Date(time).getUTCDate()), [24, 25, 26]);
  assert.deepEqual(rateLine(days, "reach").values, [0.5, null, 0.7]);
  assert.deepEqual(everyDay({ rows: [] }), { times: [], days: [] });
});

test("how many signals come a second is known from two looks, and is of the last minute", () => {
  const after = (...all) => pace(all.reduce(looked, []));
  assert.equal(after({ at: 0, count: 900 }), undefined);
  assert.deepEqual(after({ at: 0, count: 900 }, { at: 2_000, count: 903 }), { rate: 1.5, ms: 2_000 });
  // A burst of two minutes ago is over.
  const quiet = [0, 30_000, 60_000, 90_000, 120_000].map((at) => ({ at, count: at < 30_000 ? 0 : 600 }));
  assert.deepEqual(after(...quiet), { rate: 0, ms: 60_000 });
  // Whoever comes back after an hour is told of that hour, not of nothing.
  assert.deepEqual(after({ at: 0, count: 0 }, { at: 3_600_000, count: 7_200 }), { rate: 2, ms: 3_600_000 });
  // A collector that began anew, or another's store.
  assert.equal(after({ at: 0, count: 900 }, { at: 1_000, count: 20 }), undefined);
});

const LEDGER = { batches: { received: 1000, rejected: {}, shed: 0 }, install: { not_loaded: 0 }, counts: {} };
const ROW = {
  outputs: 100, registered: 90, signals: { shown: { last_at: NOW - 1_000 }, copied: { last_at: NOW - 9 * HOUR_MS } },
  rates: { reach: { value: 0.9 } },
};
const tones = (row, ledger = {}) => Object.fromEntries(checks(row, { ...LEDGER, ...ledger }, NOW).map(({ name, tone }) => [name, tone]));

test("a glance tells what works and what does not", () => {
  assert.deepEqual(tones(ROW), { Signals: "good", Reach: "good", Server: "good", Refused: "good" });
  assert.deepEqual(tones(undefined), { Signals: "bad", Refused: "good" });
  const late = (hours) => tones({ ...ROW, signals: { shown: { last_at: NOW - hours * HOUR_MS } } }).Signals;
  assert.deepEqual([0.9, 2, 25].map(late), ["good", "mixed", "bad"]);
  const reach = (value) => tones({ ...ROW, rates: { reach: { value } } }).Reach;
  assert.deepEqual([0.8, 0.6, 0.4].map(reach), ["good", "mixed", "bad"]);
  assert.equal(tones({ ...ROW, registered: 0 }).Server, "mixed");
  const refused = (count) => tones(ROW, { batches: { received: 1000, rejected: { key_unknown: count }, shed: 0 } }).Refused;
  assert.deepEqual([1, 10, 11].map(refused), ["good", "good", "bad"]);
  assert.equal(tones(ROW, { install: { wasm_refused: 1 } }).Lost, "mixed");
  assert.equal(tones(ROW, { counts: { dropped_by_clients: 2 } }).Lost, "mixed");
});
