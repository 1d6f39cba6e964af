import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { open } from "./open.js";

/** Stands for the Wasm module. */
const captures = [];
const note = (name) => (number, ...args) => captures[number].calls.push([name, ...args]);
const module = {
  open(options) {
    return captures.push({ options, calls: [] }) - 1;
  },
  output: note("output"),
  signal(number, ...args) {
    note("signal")(number, ...args);
    // As when a page's getter calls the handle while Wasm reads from it.
    if (args[0] === "nested") captures[number].reenter();
    if (args[0] === "trap") throw new WebAssembly.RuntimeError("unreachable");
  },
  consent: note("consent"),
  flush(number, done) {
    done("flushed");
  },
  stop: note("stop"),
};

// One instance a page, so these tests share one and run in order.
const onFailed = mock.fn();

test("calls reach the instance, and what flush returns comes back", async () => {
  const opened = open(module, { key: "pk_x" }, onFailed);
  const [capture] = captures;
  assert.equal(capture.options.key, "pk_x");
  opened.output("element", { id: "o-1" });
  opened.consent("granted");
  assert.equal(await opened.flush(), "flushed");
  opened.stop();
  assert.deepEqual(capture.calls, [["output", "element", { id: "o-1" }], ["consent", "granted"], ["stop"]]);
});

test("a call from inside a call waits", () => {
  const opened = open(module, {}, onFailed);
  const capture = captures.at(-1);
  capture.reenter = () => {
    opened.consent("granted");
    capture.calls.push(["left"]);
  };
  opened.signal("nested", "accepted", {});
  assert.deepEqual(capture.calls, [["signal", "nested", "accepted", {}], ["left"], ["consent", "granted"]]);
  opened.stop();
});

test("a trap retires the instance for good, and every later open says so", () => {
  const opened = open(module, {}, onFailed);
  opened.signal("trap", "accepted", {});
  opened.signal("o-1", "accepted", {});
  opened.stop();
  assert.equal(onFailed.mock.callCount(), 1);
  assert.match(onFailed.mock.calls[0].arguments[0], /unreachable/);
  const count = captures.length;
  assert.equal(open(module, {}, onFailed), null);
  assert.equal(onFailed.mock.callCount(), 2);
  assert.equal(captures.length, count);
});
