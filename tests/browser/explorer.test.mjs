// Where signals stand in the explorer's drawing: its scale, its broken gaps, its spans.

import assert from "node:assert/strict";
import { test } from "node:test";
import { lanes, place, scale, spans, ticks, windows } from "../../collector/dashboard/views/output/timeline.js";

const near = (found, expected) => assert.ok(Math.abs(found - expected) < 1e-9, `${found} is not ${expected}`);

test("what is not broken is to scale", () => {
  const whole = scale([1_000, 3_000, 11_000, 3_000]);
  assert.deepEqual(whole.parts.map(({ broken }) => broken), [false]);
  near(place(whole, 1_000), 0);
  near(place(whole, 3_000), 0.2);
  near(place(whole, 11_000), 1);
  near(place(whole, 99_000), 1);
  near(place(whole, 0), 0);
});

test("a gap much longer than the rest is broken, and the scale is the same on both sides", () => {
  const day = 86_400_000;
  const whole = scale([0, 2_000, 10_000, day, day + 4_000, 40 * day]);
  assert.deepEqual(whole.parts.map(({ broken }) => broken), [false, true, false, true]);
  const length = (from, to) => place(whole, to) - place(whole, from);
  near(length(0, 2_000), length(day, day + 2_000));
  near(length(0, 10_000) / length(day, day + 4_000), 2.5);
  assert.ok(length(10_000, day) < 0.1);
  near(place(whole, 40 * day), 1);
});

test("a gap that is long for a hurried reader alone is not broken", () => {
  assert.deepEqual(scale([0, 10, 9_000]).parts.map(({ broken }) => broken), [false]);
  // Half of everything is no exception.
  assert.deepEqual(scale([0, 60_000, 120_000, 180_000]).parts.map(({ broken }) => broken), [false]);
});

test("whatever the times are, places ascend with them and stay inside", () => {
  let state = 1;
  const random = (below) => (state = (state * 48_271) % 2_147_483_647) % below;
  for (let round = 0; round < 300; round += 1) {
    const times = Array.from({ length: random(9) + 1 }, () => random(10 ** (1 + random(9))));
    const whole = scale(times);
    const places = times.toSorted((a, b) => a - b).map((time) => place(whole, time));
    for (const [index, found] of places.entries()) {
      assert.ok(found >= -1e-9 && found <= 1 + 1e-9, `${found} of ${times}`);
      if (index > 0) assert.ok(found >= places[index - 1] - 1e-9, `${times}`);
    }
    for (const { at } of ticks(whole, times[0])) assert.ok(at >= whole.from && at <= whole.to);
    assert.ok(ticks(whole, times[0]).length <= 20, `${ticks(whole, times[0]).length} ticks`);
  }
});

test("ticks are round offsets from the first showing", () => {
  const whole = scale([5_000, 17_300]);
  assert.deepEqual(ticks(whole, 5_000).map(({ offset }) => offset), [0, 2_000, 4_000, 6_000, 8_000, 10_000, 12_000]);
});

test("reading adds up within a session, and a span never reaches into the one before", () => {
  const dwell = (session, seq, corrected_at, active_ms) => ({ id: `${session}:${seq}`, kind: "dwell", corrected_at, active_ms });
  const found = spans([
    { id: "a:0", kind: "shown", corrected_at: 10_000, stream_ms: 2_000 },
    dwell("a", 1, 13_000, 3_000),
    dwell("b", 0, 14_000, 1_000),
    dwell("a", 2, 20_000, 5_000),
    dwell("a", 3, 21_000, 9_000),
  ]);
  assert.deepEqual(found.map(({ id, from, to }) => [id, from, to]), [
    ["a:0", 8_000, 10_000],
    ["a:1", 10_000, 13_000],
    ["b:0", 13_000, 14_000],
    ["a:2", 18_000, 20_000],
    ["a:3", 20_000, 21_000],
  ]);
});

test("windows that end together are one line, lanes stand as kinds first came", () => {
  const ends = windows([{ rule: "x", until: 9 }, { rule: "y" }, { rule: "z", until: 9 }, { rule: "w", until: 4 }]);
  assert.deepEqual(ends, [{ until: 4, rules: ["w"] }, { until: 9, rules: ["x", "z"] }]);
  assert.deepEqual(lanes([{ kind: "shown" }, { kind: "copied" }, { kind: "shown" }]), ["shown", "copied"]);
});
