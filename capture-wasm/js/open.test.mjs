import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { open } from "./open.js";

/** Stands for the Wasm class. */
class Capture {
  static made = [];
  constructor(options) {
    this.options = options;
    this.calls = [];
    Capture.made.push(this);
  }
  output(...args) {
    this.calls.push(["output", ...args]);
  }
  signal(...args) {
    this.calls.push(["signal", ...args]);
    // As when a page's getter calls the handle while Wasm reads from it.
    if (args[0] === "nested") this.reenter();
    if (args[0] === "trap") throw new WebAssembly.RuntimeError("unreachable");
  }
  consent(state) {
    this.calls.push(["consent", state]);
  }
  flush(done) {
    done("flushed");
  }
  stop() {
    this.calls.push(["stop"]);
  }
}

// One instance a page, so these tests share one and run in order.
const onFailed = mock.fn();

test("calls reach the instance, and what flush returns comes back", async () => {
  const opened = open(Capture, { key: "pk_x" }, onFailed);
  const [capture] = Capture.made;
  assert.equal(capture.options.key, "pk_x");
  opened.output("element", { id: "o-1" });
  opened.consent("granted");
  assert.equal(await opened.flush(), "flushed");
  opened.stop();
  assert.deepEqual(capture.calls, [["output", "element", { id: "o-1" }], ["consent", "granted"], ["stop"]]);
});

test("a call from inside a call waits", () => {
  const opened = open(Capture, {}, onFailed);
  const capture = Capture.made.at(-1);
  capture.reenter = () => {
    opened.consent("granted");
    capture.calls.push(["left"]);
  };
  opened.signal("nested", "accepted", {});
  assert.deepEqual(capture.calls, [["signal", "nested", "accepted", {}], ["left"], ["consent", "granted"]]);
  opened.stop();
});

test("a trap retires the instance for good, and every later open says so", () => {
  const opened = open(Capture, {}, onFailed);
  opened.signal("trap", "accepted", {});
  opened.signal("o-1", "accepted", {});
  opened.stop();
  assert.equal(onFailed.mock.callCount(), 1);
  assert.match(onFailed.mock.calls[0].arguments[0], /unreachable/);
  const count = Capture.made.length;
  assert.equal(open(Capture, {}, onFailed), null);
  assert.equal(onFailed.mock.callCount(), 2);
  assert.equal(Capture.made.length, count);
});
