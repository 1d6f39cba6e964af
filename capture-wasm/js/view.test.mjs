import assert from "node:assert/strict";
import { test } from "node:test";
import { view } from "./view.js";

Object.assign(globalThis, { innerHeight: 3_000, screen: { availHeight: 90 } });
let tell;
const watched = [];
globalThis.IntersectionObserver = class {
  constructor(callback, { threshold }) {
    tell = (...entries) => callback(entries);
    assert.deepEqual([threshold.length, threshold[0], threshold[1], threshold[20]], [21, 0, 0.05, 1]);
  }
  observe = (element) => watched.push(["+", element]);
  unobserve = (element) => watched.push(["-", element]);
};

/** A third of an output of 200 px, whose first 70 px are above the view. */
const entry = {
  target: "o-1",
  isIntersecting: true,
  intersectionRatio: 0.25,
  intersectionRect: { height: 50, bottom: 120 },
  boundingClientRect: { height: 200, top: 70 },
  rootBounds: { height: 600 },
};

test("half of an output is in view, or what fills half the view, and how deep that is", () => {
  const told = [];
  view((element) => (element === "other" ? undefined : element), (...seen) => told.push(seen));
  tell(entry, { ...entry, target: "other" }, { ...entry, intersectionRatio: 0.5 });
  tell({ ...entry, rootBounds: { height: 100 } }, { ...entry, rootBounds: null }, { ...entry, isIntersecting: false, intersectionRatio: 1 });
  const o = (inView, depth) => ["o-1", inView, depth];
  assert.deepEqual(told.splice(0), [o(false, 250), o(true, 250), o(true, 250), o(true, 250), o(false, 250)]);
  const of = (bottom, height) => tell({ ...entry, intersectionRect: { height: 50, bottom }, boundingClientRect: { top: 70, height } });
  of(900, 200);
  of(10, 200);
  of(100, 0);
  assert.deepEqual(told, [o(false, 1_000), o(false, 0), o(false, 0)]);
});

test("where there are no such observers nothing is told", () => {
  const { IntersectionObserver } = globalThis;
  delete globalThis.IntersectionObserver;
  const seen = view(() => "o-1", assert.fail);
  seen.again({ isConnected: true });
  seen.gone({ isConnected: false });
  globalThis.IntersectionObserver = IntersectionObserver;
});

test("what is looked at again is looked at anew, and what is gone no longer", () => {
  const seen = view(() => undefined, assert.fail);
  const element = { isConnected: true };
  seen.again(element);
  seen.gone(element);
  assert.deepEqual(watched.splice(0), [["-", element], ["+", element]]);
  element.isConnected = false;
  seen.gone(element);
  assert.deepEqual(watched, [["-", element]]);
});
