import assert from "node:assert/strict";
import { test } from "node:test";
import { countCargo, countNode, countPlaywright, countPytest, namesOf, whatFailed } from "./outcomes.mjs";

const CARGO = `running 2 tests
test live::is_told ... \x1b[31mFAILED\x1b[0m
test live::is_not ... ok

failures:

---- live::is_told stdout ----
assertion failed

failures:
    live::is_told

test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.13s
test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s
`;
const NODE = `▶ outer
  ✖ inner fails (2.257168ms)
    AssertionError [ERR_ASSERTION]: 1 == 2

✖ outer (7.99527ms)
✔ good (0.189371ms)
ℹ pass 1
ℹ fail 2
ℹ cancelled 0
ℹ skipped 0
ℹ todo 0

✖ failing tests:

test at tests/a.test.mjs:2:38
✖ inner fails (2.257168ms)
`;
const PLAYWRIGHT = `  ✘  1 tests/a.spec.mjs:2:1 › always (13ms)

  1) tests/a.spec.mjs:2:1 › always ─────────────

    Error: expect(received).toBe(expected) // Object.is equality

  1 failed
    tests/a.spec.mjs:2:1 › always ──────────────
  1 flaky
    tests/a.spec.mjs:3:1 › once › in a group ───
  1 passed (6.1s)
`;
const PYTEST = `FAILED tests/test_a.py::test_loads[dpo] - AssertionError
===== 1 failed, 12 passed, 2 skipped in 3.21s =====
`;

test("each runner's totals", () => {
  assert.deepEqual(countCargo(CARGO), { passed: 4, failed: 1, skipped: 1 });
  assert.deepEqual(countNode(NODE), { passed: 1, failed: 2, skipped: 0 });
  assert.deepEqual(countPlaywright(PLAYWRIGHT), { passed: 1, failed: 1, skipped: 0, flaky: 1 });
  assert.deepEqual(countPytest(PYTEST), { passed: 12, failed: 1, skipped: 2 });
});

test("each runner's names of what failed", () => {
  assert.deepEqual(namesOf(CARGO), ["live::is_told"]);
  assert.deepEqual(namesOf(NODE), ["outer", "inner fails"]);
  assert.deepEqual(namesOf(PLAYWRIGHT), ["tests/a.spec.mjs:2:1 › always", "tests/a.spec.mjs:3:1 › once › in a group"]);
  assert.deepEqual(namesOf(PYTEST), ["tests/test_a.py::test_loads[dpo]"]);
});

test("what failed is said from where the runner sums it up", () => {
  assert.match(whatFailed(CARGO), /^failures:\n\n---- live::is_told/);
  assert.match(whatFailed(PLAYWRIGHT), /^ {2}1\) tests/);
  const long = whatFailed(Array.from({ length: 500 }, (_, i) => `line ${i}`).join("\n")).split("\n");
  assert.deepEqual([long[0], long.at(-1)], ["line 0", "line 499"]);
  assert.match(long[60], /380 lines more/);
});
