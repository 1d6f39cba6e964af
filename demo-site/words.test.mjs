import assert from "node:assert/strict";
import test from "node:test";
import { bytes, count, fieldsOf, maturity, signed } from "./public/inspector/words.js";

const nameOf = (id) => `<${id}>`;

test("a signal is told by its fields, without its envelope", () => {
  const copied = { seq: 1, at: 5, kind: "copied", output: "o-1", conversation: "c-1", chars: 400, share: 0.493, via: "button" };
  assert.deepEqual(fieldsOf(copied, nameOf), ["chars 400", "share 49 %", "via button"]);
  const shown = { kind: "shown", turn: 0, variant: 1, replaces: "o-1", stream_ms: 2140, sketch: [1, 2] };
  assert.deepEqual(fieldsOf(shown, nameOf), ["replaces <o-1>", "stream 2.1 s"]);
  assert.deepEqual(fieldsOf({ kind: "survived", age_s: 30, share: 1 }, nameOf), ["age 30 s", "share 100 %"]);
});

test("numbers carry their sign and unit", () => {
  assert.deepEqual([signed(3), signed(-2.5), signed(0)], ["+3", "\u22122.5", "0"]);
  assert.deepEqual([bytes(912), bytes(20_480)], ["912 B", "20.0 KiB"]);
  assert.deepEqual([count(1, "event"), count(2, "event")], ["1 event", "2 events"]);
});

test("a label says until when it may change", () => {
  assert.equal(maturity({ mature: true }), "mature");
  assert.equal(maturity({ mature: false }), "not mature yet");
  assert.match(maturity({ mature: false, matures_at: Date.UTC(2026, 10, 30, 12) }), /until Nov 30/);
});
