import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { guard } from "./shell.js";

test("arguments, this and the result pass through", () => {
  const object = {
    n: 2,
    times: guard(function (a, b) {
      return this.n * (a + b);
    }, () => {}),
  };
  assert.equal(object.times(3, 4), 14);
});

test("the first throw is swallowed and told once; then nothing is called any more", () => {
  const onDead = mock.fn();
  const fine = mock.fn(() => 1);
  const traps = guard(() => {
    throw new Error("unreachable");
  }, onDead);
  const other = guard(fine, onDead);
  assert.equal(other(), 1);
  assert.equal(traps(), undefined);
  assert.equal(traps(), undefined);
  assert.equal(other(), undefined);
  assert.equal(fine.mock.callCount(), 1);
  assert.deepEqual(onDead.mock.calls.map((call) => call.arguments), [["Error: unreachable"]]);
});

test("another onDead is another machine", () => {
  const traps = guard(() => {
    throw 1;
  }, () => {});
  const other = guard(() => "alive", () => {});
  traps();
  assert.equal(other(), "alive");
});

test("an onDead that throws does not reach the page", () => {
  const traps = guard(
    () => {
      throw 1;
    },
    () => {
      throw 2;
    },
  );
  assert.equal(traps(), undefined);
});

test("a call while another runs waits for it, and they keep their order", () => {
  const onDead = mock.fn();
  const log = [];
  const inner = guard((name) => log.push(name), onDead);
  const outer = guard(() => {
    log.push("in");
    inner("first");
    inner("second");
    log.push("out");
    return "result";
  }, onDead);
  assert.equal(outer(), "result");
  assert.deepEqual(log, ["in", "out", "first", "second"]);
  inner("later");
  assert.equal(log.at(-1), "later");
});

test("what waits is dropped when the running call throws", () => {
  const onDead = mock.fn();
  const waiting = mock.fn();
  const inner = guard(waiting, onDead);
  guard(() => {
    inner();
    throw new Error("trap");
  }, onDead)();
  assert.equal(waiting.mock.callCount(), 0);
  assert.equal(onDead.mock.callCount(), 1);
});
