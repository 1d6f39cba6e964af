import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { outlive } from "./arming.js";
import { detach } from "./attach.js";
import { beacon, copies, keep, kept } from "./send.js";

/** What the browser has armed: the bytes, while nobody took them back. */
let armed;
let calls;
let room;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  armed = new Set();
  calls = 0;
  room = Infinity;
  Object.defineProperty(globalThis, "navigator", { value: { sendBeacon: () => true }, configurable: true });
  globalThis.fetchLater = (endpoint, { method, body, credentials, signal }) => {
    calls += 1;
    assert.deepEqual([endpoint, method, credentials], ["/c", "POST", "omit"]);
    if (body.length > room) throw new DOMException("full", "QuotaExceededError");
    const entry = [...body];
    armed.add(entry);
    signal.addEventListener("abort", () => armed.delete(entry));
  };
  outlive({ endpoint: "/c" });
});
afterEach(() => {
  detach();
  copies.clear();
  mock.timers.reset();
  delete globalThis.fetchLater;
});

const put = (ticket, ...bytes) => keep(ticket, "/c", 1, Uint8Array.from(bytes));
const told = () => [...armed].map((bytes) => bytes.join()).sort();

test("an act is armed at once but not in its handler, what is only seen within a second", () => {
  put(1, 1);
  kept(false, false);
  mock.timers.tick(999);
  assert.deepEqual(told(), []);
  mock.timers.tick(1);
  assert.deepEqual(told(), ["1"]);
  put(1, 1, 2);
  kept(false, false);
  put(1, 1, 2, 3);
  kept(true, false);
  assert.deepEqual(told(), ["1"]);
  mock.timers.tick(1);
  assert.deepEqual(told(), ["1,2,3"], "the older one is taken back");
  assert.equal(calls, 2);
});

test("a hundred looks a second are armed once", () => {
  for (let n = 0; n < 100; n++) {
    put(1, n);
    kept(false, false);
    mock.timers.tick(10);
  }
  assert.equal(calls, 1);
});

test("what is answered, or in a beacon, is taken back, the latter at once", () => {
  put(1, 1);
  put(2, 2);
  kept(true, false);
  mock.timers.tick(1);
  assert.deepEqual(told(), ["1", "2"]);
  put(1);
  kept(false, false);
  mock.timers.tick(1_000);
  assert.deepEqual(told(), ["2"]);
  beacon(2, "/c", Uint8Array.of(2));
  put(3, 3);
  kept(false, true);
  assert.deepEqual(told(), ["3"], "what no beacon took is armed before the page is gone");
  put(2, 2);
  kept(false, true);
  assert.deepEqual(told(), ["2", "3"], "back in view, it is armed until it is answered");
});

test("the last batches are armed, as many as there is room for", () => {
  for (let n = 0; n < 4; n++) put(n, ...Array(10_000).fill(n));
  kept(true, true);
  assert.deepEqual(told().map((bytes) => bytes[0]), ["1", "2", "3"]);
});

test("a browser that refuses is none the worse, and is asked again", () => {
  room = 0;
  put(1, 1);
  kept(true, true);
  assert.deepEqual(told(), []);
  room = 10;
  kept(true, true);
  assert.deepEqual(told(), ["1"]);
});

test("after the end nothing is armed any more", () => {
  put(1, 1);
  kept(true, false);
  detach();
  mock.timers.tick(5_000);
  kept(true, true);
  assert.equal(calls, 0);
});
