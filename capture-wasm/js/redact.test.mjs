import assert from "node:assert/strict";
import { test } from "node:test";
import { know, redact, redactBy } from "./redact.js";

test("known patterns and the site's own, wherever they occur", () => {
  redactBy([/acme-\d+/i, "secret (?:word|plan)", /^first$/gmy]);
  know("\\d{3,}", "[number]");
  assert.equal(
    redact("ACME-1234 and acme-77: 1234, 12, the secret plan.\nfirst\nfirst"),
    "[redacted] and [redacted]: [number], 12, the [redacted].\n[redacted]\n[redacted]",
  );
});

test("what stands in the place is taken as it is", () => {
  redactBy(undefined);
  know("a", "$&");
  assert.equal(redact("bab"), "b$&b");
});

test("what is no pattern is refused", () => {
  for (const wrong of ["(", "", 7, null, {}]) assert.throws(() => redactBy([wrong]), String(wrong));
});
