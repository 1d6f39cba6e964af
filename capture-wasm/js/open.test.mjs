import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { attached } from "./attach.js";
import { late } from "./later.js";
import { open } from "./open.js";
import { keep } from "./send.js";

globalThis.window = {};
globalThis.document = { documentElement: { lang: "en" }, addEventListener() {}, removeEventListener() {} };
globalThis.screen = { width: 1, height: 1 };
Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });

/** Stands for the Wasm module. */
const captures = [];
const note = (name) => (number, ...args) => captures[number].calls.push([name, ...args]);
const module = {
  open(host, _window, _document, outputs, header) {
    return captures.push({ host, outputs, header, calls: [] }) - 1;
  },
  output: note("output"),
  signal(number, output, ...args) {
    note("signal")(number, output, ...args);
    if (output === "nested") captures[number].reenter();
    if (output === "trap") throw new WebAssembly.RuntimeError("unreachable");
  },
  consent: note("consent"),
  flush(number) {
    captures[number].flushed = true;
    captures[number].host.flushed();
  },
  lost: note("lost"),
  stop: note("stop"),
};
const options = { key: "pk_x" };

// One instance a page, so these tests share one and run in order.
const onFailed = mock.fn();

test("signals of the page wait for the part that knows their fields, and a flush for them", async () => {
  const opened = open(module, options, onFailed);
  opened.signal("o-1", "accepted");
  opened.consent("granted");
  const flushed = opened.flush();
  assert.deepEqual(captures.at(-1).calls, [["consent", true]]);
  assert.equal(captures.at(-1).flushed, undefined);
  await flushed;
  assert.deepEqual(captures.at(-1).calls.map(([name]) => name), ["consent", "output", "signal"]);
  assert.ok(late.part);
  opened.stop();
});

test("calls reach the instance, checked and encoded", async () => {
  const opened = open(module, options, onFailed);
  const capture = captures.at(-1);
  // The part is there: what is on the page is looked at.
  assert.deepEqual(capture.calls.splice(0), [["output"]]);
  const element = { isConnected: true };
  capture.outputs.bind = mock.fn();
  opened.output(element, { id: "o-1" });
  assert.deepEqual(capture.outputs.bind.mock.calls[0].arguments, [element, { id: "o-1" }]);
  opened.signal("o-1", "regenerated", { after_ms: 300, ordinal: 1 });
  opened.consent("granted");
  opened.consent("denied");
  await opened.flush();
  opened.stop();
  assert.deepEqual(capture.calls, [
    ["output"],
    ["signal", "o-1", 9, Uint8Array.from([0xac, 2, 1])],
    ["consent", true],
    ["consent", false],
    ["stop"],
  ]);
});

test("what cannot be used is told and goes no further", async () => {
  const errors = [];
  const onError = ({ code, message }) => errors.push([code, message]);
  const opened = open(module, { ...options, onError }, onFailed);
  const capture = captures.at(-1);
  capture.calls.length = 0;
  opened.output({}, {});
  opened.signal("", "accepted");
  opened.signal("o-1", "liked");
  opened.signal("o-1", "dwell", { active_ms: 1, read_share: 2 });
  opened.signal("o-1", "dwell", {
    get active_ms() {
      throw new Error("the page's own");
    },
  });
  opened.consent("perhaps");
  assert.deepEqual(errors, [
    ["invalid_output", "id_missing"],
    ["invalid_signal", "output_missing"],
    ["invalid_signal", "kind_unknown"],
    ["invalid_signal", "read_share_out_of_range"],
    ["invalid_signal", "unreadable"],
    ["invalid_consent", "perhaps"],
  ]);
  assert.deepEqual(capture.calls, []);
  opened.stop();
});

test("options that cannot be used start nothing, and the handle still answers", async () => {
  const onError = mock.fn();
  const count = captures.length;
  const opened = open(module, { key: "pk_x", sample: 2, onError }, onFailed);
  assert.deepEqual(onError.mock.calls[0].arguments, [{ code: "invalid_options", message: "sample_out_of_range" }]);
  opened.signal("o-1", "accepted");
  await opened.flush();
  opened.stop();
  assert.equal(captures.length, count);
});

test("signals, sends and errors are told to the page", () => {
  const onSignal = mock.fn();
  const onSend = mock.fn();
  open(module, { ...options, onSignal, onSend }, onFailed).stop();
  const { host } = captures.at(-1);
  assert.equal(host.hears, true);
  host.heard(3, 1_763_890_000_000, "o-1", 11, Uint8Array.from([5, 7]));
  const told = { seq: 3, at: 1_763_890_000_000, output: "o-1", kind: "stopped", after_ms: 5, chars: 7 };
  assert.deepEqual(onSignal.mock.calls[0].arguments, [told]);
  host.sent(100, 2, "beacon", undefined);
  assert.deepEqual(onSend.mock.calls[0].arguments, [{ bytes: 100, events: 2, via: "beacon", status: null }]);
  open(module, options, onFailed).stop();
  const silent = captures.at(-1).host;
  assert.equal(silent.hears, false);
  silent.sent(1, 1, "fetch", 200);
  silent.error("queue_full", "1");
});

test("a call from inside a call waits", () => {
  const opened = open(module, options, onFailed);
  const capture = captures.at(-1);
  capture.calls.length = 0;
  capture.reenter = () => {
    opened.consent("granted");
    capture.calls.push(["left"]);
  };
  opened.signal("nested", "accepted");
  const [[name, output], ...rest] = capture.calls;
  assert.deepEqual([name, output, ...rest], ["signal", "nested", ["left"], ["consent", true]]);
  opened.stop();
});

test("stop takes off what was put on the page", () => {
  const opened = open(module, options, onFailed);
  const off = mock.fn();
  attached(off);
  opened.stop();
  assert.equal(off.mock.callCount(), 1);
});

test("a trap retires the instance for good, and every later open says so", () => {
  const opened = open(module, options, onFailed);
  const off = mock.fn();
  attached(() => {
    throw new Error("the page refuses");
  });
  attached(off);
  const sent = [];
  mock.method(Date, "now", () => 0x0102030405);
  const sendBeacon = (...args) => sent.push(args);
  Object.defineProperty(globalThis, "navigator", { value: { sendBeacon }, configurable: true });
  keep(1, "/c", 1, new Uint8Array(20));
  keep(2, "/c", 1, new Uint8Array(20).fill(1));
  keep(2, "/c", 1, new Uint8Array(20).fill(2));
  keep(3, "/c", 1, new Uint8Array(20).fill(3));
  keep(1, "/c", 0, new Uint8Array(0));
  opened.signal("trap", "accepted");
  assert.equal(off.mock.callCount(), 1);
  // What nobody answered for, each once, with the time it is sent.
  assert.deepEqual(sent.map(([url, bytes]) => [url, ...bytes.subarray(4, 14)]), [
    ["/c", 2, 5, 4, 3, 2, 1, 0, 0, 0, 2],
    ["/c", 3, 5, 4, 3, 2, 1, 0, 0, 0, 3],
  ]);
  opened.signal("o-1", "accepted");
  opened.stop();
  assert.equal(onFailed.mock.callCount(), 1);
  assert.match(onFailed.mock.calls[0].arguments[0], /unreachable/);
  const count = captures.length;
  assert.equal(open(module, options, onFailed), null);
  assert.equal(onFailed.mock.callCount(), 2);
  assert.equal(captures.length, count);
});
