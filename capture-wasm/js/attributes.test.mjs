import assert from "node:assert/strict";
import { test } from "node:test";
import { readOptions } from "./attributes.js";

test("every attribute has its option", () => {
  const options = readOptions({
    key: "pk_x",
    endpoint: "https://collector.example/c",
    adapter: "auto",
    storage: "local",
    content: "edits",
    join: "sketch",
    subject: "u-42",
    surface: "chat",
    sample: "0.25",
    flushAfterMs: "5000",
  });
  assert.deepEqual(options, {
    key: "pk_x",
    endpoint: "https://collector.example/c",
    adapter: "auto",
    storage: "local",
    content: "edits",
    join: "sketch",
    subject: "u-42",
    surface: "chat",
    sample: 0.25,
    flushAfterMs: 5000,
  });
});

test("absent and empty attributes leave the defaults to the core", () => {
  assert.deepEqual(readOptions({ key: "pk_x", subject: "", sample: "" }), { key: "pk_x" });
  assert.equal(readOptions({ key: "pk_x", sample: "0" }).sample, 0);
  assert.deepEqual(readOptions({ key: "pk_x", onError: "alert()" }), { key: "pk_x" });
});

test("an adapter is a selector, or JSON", () => {
  assert.deepEqual(readOptions({ adapter: ".answer" }).adapter, { output: ".answer" });
  assert.deepEqual(readOptions({ adapter: '{"output":".a","id":"data-id"}' }).adapter, {
    output: ".a",
    id: "data-id",
  });
  assert.deepEqual(readOptions({ adapter: '{"output"' }).adapter, { output: '{"output"' });
});

test("patterns to take out are a JSON list, or one", () => {
  assert.deepEqual(readOptions({ redact: '["ACME-\\\\d+","b"]' }).redact, ["ACME-\\d+", "b"]);
  assert.deepEqual(readOptions({ redact: "ACME-\\d+" }).redact, ["ACME-\\d+"]);
  assert.deepEqual(readOptions({ redact: "[abc]+" }).redact, ["[abc]+"]);
});
