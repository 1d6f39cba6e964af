import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { attached } from "./attach.js";
import { open } from "./open.js";
import { keep, release } from "./send.js";

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

test("stop takes off what was put on the page", () => {
  const opened = open(module, {}, onFailed);
  const off = mock.fn();
  attached(off);
  opened.stop();
  assert.equal(off.mock.callCount(), 1);
});

test("a trap retires the instance for good, and every later open says so", () => {
  const opened = open(module, {}, onFailed);
  const off = mock.fn();
  attached(() => {
    throw new Error("the page refuses");
  });
  attached(off);
  const sent = [];
  mock.method(Date, "now", () => 0x0102030405);
  const sendBeacon = (...args) => sent.push(args);
  Object.defineProperty(globalThis, "navigator", { value: { sendBeacon }, configurable: true });
  keep(1, "/c", new Uint8Array(20));
  keep(2, "/c", new Uint8Array(20).fill(1));
  keep(2, "/c", new Uint8Array(20).fill(2));
  keep(3, "/c", new Uint8Array(20).fill(3));
  release(2);
  opened.signal("trap", "accepted", {});
  assert.equal(off.mock.callCount(), 1);
  // What nobody answered for, each once, with the time it is sent.
  assert.deepEqual(sent.map(([url, bytes]) => [url, ...bytes.subarray(4, 14)]), [
    ["/c", 2, 5, 4, 3, 2, 1, 0, 0, 0, 2],
    ["/c", 3, 5, 4, 3, 2, 1, 0, 0, 0, 3],
  ]);
  opened.signal("o-1", "accepted", {});
  opened.stop();
  assert.equal(onFailed.mock.callCount(), 1);
  assert.match(onFailed.mock.calls[0].arguments[0], /unreachable/);
  const count = captures.length;
  assert.equal(open(module, {}, onFailed), null);
  assert.equal(onFailed.mock.callCount(), 2);
  assert.equal(captures.length, count);
});
