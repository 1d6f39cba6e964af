import assert from "node:assert/strict";
import test from "node:test";
import { isAsShown } from "./transcript.mjs";

test("what is printed is as shown: numbers differ, words do not", () => {
  assert.ok(isAsShown("12 rows of a\n", "7 rows of a\n"));
  assert.ok(!isAsShown("12 rows of b\n", "7 rows of a\n"));
  assert.ok(!isAsShown("12 rows of a\nand more\n", "7 rows of a\n"));
  assert.ok(isAsShown("before\n12 rows of a\nafter\nall\n", "…\n7 rows of a\n…\n"));
  assert.ok(isAsShown("7 rows of a\n", "…\n7 rows of a\n…\n"));
  assert.ok(isAsShown("key sk_123abc (x)", "key sk_… (x)"));
  assert.ok(!isAsShown("key pk_123abc (x)", "key sk_… (x)"));
  assert.ok(isAsShown("build 00aa11bb22cc33dd made", "build 6eba8f1c3b3315f0 made"));
  assert.ok(!isAsShown("b\na\n", "…\na\n…\nb\n"));
});
