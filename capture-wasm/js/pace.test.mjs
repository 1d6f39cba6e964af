import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { mustSlowDown, worked } from "./pace.js";

let now = 0;
mock.method(performance, "now", () => now);

/** Work of so many ms that ends at `at`. */
function work(ms, at) {
  now = at;
  worked(at - ms);
  return mustSlowDown();
}

test("above 2 % of ten seconds there is less to do, until a stretch was calmer", () => {
  assert.equal(work(150, 1_000), false);
  assert.equal(work(60, 2_000), false);
  // The stretch ends: it was too much.
  assert.equal(work(1, 10_001), true);
  assert.equal(work(100, 15_000), true);
  // This one was not; but with as many looks as before it would have been.
  assert.equal(work(1, 20_002), true);
  assert.equal(work(1, 30_003), false);
  // One piece of work after a long rest.
  assert.equal(work(150, 900_000), false);
});

test("far too much is not waited for", () => {
  assert.equal(work(900, 905_000), false);
  assert.equal(work(101, 905_200), true);
});
