import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { detach } from "./attach.js";
import { retired } from "./retire.js";
import * as timers from "./timers.js";

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
test.afterEach(() => mock.timers.reset());

test("a timer fires once, or not at all", () => {
  const fired = mock.fn();
  timers.setTimeout(fired, 10);
  const cleared = timers.setTimeout(fired, 10);
  timers.clearTimeout(cleared);
  timers.clearTimeout(cleared);
  timers.clearTimeout(12_345);
  mock.timers.tick(20);
  assert.equal(fired.mock.callCount(), 1);
});

test("timers and observers end with the module", () => {
  const fired = mock.fn();
  const disconnect = mock.fn();
  globalThis.MutationObserver = class {
    constructor(callback) {
      this.callback = callback;
    }
    disconnect = disconnect;
  };
  timers.setTimeout(fired, 10);
  assert.equal(new timers.MutationObserver(fired).callback, fired);
  assert.throws(() => new timers.IntersectionObserver(fired), "a page without one");
  detach();
  mock.timers.tick(20);
  assert.equal(fired.mock.callCount(), 0);
  assert.equal(disconnect.mock.callCount(), 1);
});

test("what throws in a timer, a microtask or a finaliser retires the module and nothing else", async () => {
  const after = mock.fn();
  timers.queueMicrotask(() => {
    throw new Error("a trap");
  });
  timers.queueMicrotask(after);
  timers.setTimeout(after, 10);
  await Promise.resolve();
  mock.timers.tick(20);
  assert.equal(after.mock.callCount(), 0);
  assert.match(retired(), /a trap/);
});
