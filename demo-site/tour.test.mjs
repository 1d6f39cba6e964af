// The tour's steps, as the feed of Tacit moves them on.

import assert from "node:assert/strict";
import test from "node:test";
import { STEPS, Tour } from "./public/tour/steps.js";

const signal = (kind, fields) => ({ type: "signal", detail: { kind, output: "o-1", ...fields } });
const send = (bytes, events = 1) => ({ type: "send", detail: { bytes, events, via: "fetch", status: 204 } });

test("each step waits for its own signal, and keeps the request that carried it", () => {
  const tour = new Tour();
  assert.equal(tour.take(signal("copied", { share: 1 })), false);
  assert.equal(tour.take(signal("shown", { words: 100, stream_ms: 2_000 })), true);
  tour.take(send(80, 2));
  tour.take(send(300));
  assert.equal(tour.send.bytes, 80);
  assert.match(tour.step.told(tour.signal), /100 words, written in 2\.0 s/);
  // A second one changes nothing.
  assert.equal(tour.take(signal("shown", { words: 5, stream_ms: 1 })), false);
  tour.next();
  assert.equal(tour.signal, undefined);
  assert.equal(tour.step.kind, "copied");
});

test("an edit counts once it is finished, and the label watched is that of the first answer", () => {
  const tour = new Tour();
  tour.take(signal("shown", { words: 1, stream_ms: 0 }));
  tour.next();
  tour.take(signal("copied", { share: 0.314, via: "selection" }));
  assert.match(tour.step.told(tour.signal), /31 % of it, by selecting/);
  tour.next();
  assert.equal(tour.take(signal("edited", { final: false, survival: 0.9 })), false);
  assert.equal(tour.take(signal("edited", { final: true, survival: 0.9, output: "o-2" })), true);
  tour.next();
  tour.take(signal("regenerated", { after_ms: 1_234 }));
  tour.next();
  assert.ok(tour.isOver);
  assert.equal(tour.output, "o-1");
  assert.equal(tour.take(signal("rated", { value: 1 })), false);
  assert.equal(tour.sum.signals, 6);
});

test("every step says what to do and, of what was done, what it means", () => {
  const done = { words: 3, stream_ms: 10, share: 1, via: "button", survival: 1, after_ms: 5 };
  for (const { todo, told, title } of STEPS) {
    assert.ok(todo.length > 20 && title.length > 5);
    assert.doesNotMatch(told(done), /undefined|NaN/);
  }
});
