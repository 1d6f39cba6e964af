import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decode, encode } from "./fields.js";

// The collector's own codec is tested with the same file.
const { good, rounded, refused } = JSON.parse(
  readFileSync(new URL("../../signals/src/named/cases.json", import.meta.url), "utf8"),
);
const hex = (bytes) => Buffer.from(bytes).toString("hex");

test("every kind is put on the wire as the collector reads it", () => {
  const kinds = new Set();
  for (const { fields, wire } of [...good, ...rounded]) {
    const [kind, bytes] = encode(fields.kind, fields);
    assert.equal(hex(bytes), wire, JSON.stringify(fields));
    kinds.add(kind);
  }
  assert.deepEqual([...kinds].sort((a, b) => a - b), [...Array(17).keys()].map((n) => n + 1));
});

test("what is on the wire is told by its names", () => {
  for (const { fields, read = fields } of [...good, ...rounded]) {
    assert.deepEqual(decode(...encode(fields.kind, fields)), read);
  }
});

test("what is wrong is refused with the collector's words", () => {
  for (const { fields, code } of refused) {
    assert.throws(() => encode(fields.kind, fields), (problem) => problem === code, code);
  }
  assert.throws(() => encode("dwell"), (problem) => problem === "active_ms_missing");
  const notANumber = { active_ms: NaN, read_share: 1 };
  assert.throws(() => encode("dwell", notANumber), (problem) => problem === "active_ms_malformed");
  const nowhere = { chars: 1, share: NaN };
  assert.throws(() => encode("selected", nowhere), (problem) => problem === "share_out_of_range");
});

test("the text of an edit is not told", () => {
  assert.deepEqual(decode(18, Uint8Array.from([0, 2, 104, 105])), { kind: "content", role: "edit" });
});
