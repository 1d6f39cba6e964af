import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { starter } from "./front.js";

const options = { key: "pk_x" };
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A copy of the module as another page has it. */
let copies = 0;
const anotherPage = () => import(`./front.js?${copies++}`);

/** What is sent by beacons, as [address, batch]. */
let beacons;

let idle;
beforeEach(() => {
  beacons = [];
  const sendBeacon = (address, text) => beacons.push([address, JSON.parse(text)]);
  Object.defineProperty(globalThis, "navigator", { value: { sendBeacon }, configurable: true });
  globalThis.window = {};
  globalThis.document = new EventTarget();
  idle = [];
  globalThis.requestIdleCallback = (fn) => idle.push(fn);
  mock.method(console, "warn", () => {});
});

/** A core that notes what it is called with; `ready()` lets the loading end. */
function fakeCore() {
  const calls = [];
  const note = (name) => (...args) => void calls.push([name, ...args]);
  const core = {
    calls,
    open: (options, onFailed) => {
      calls.push(["open", options.key]);
      core.options = options;
      core.fail = onFailed;
      return { ...core.methods };
    },
    methods: {
      output: note("output"),
      signal: note("signal"),
      consent: note("consent"),
      flush: async () => void calls.push(["flush"]),
      stop: note("stop"),
    },
  };
  return core;
}

async function ready() {
  for (const fn of idle.splice(0)) fn();
  await turn();
}

test("on a server it is inert and touches nothing", async () => {
  delete globalThis.window;
  delete globalThis.document;
  const start = starter(() => assert.fail("nothing to load on a server"));
  const tacit = start(options);
  tacit.output({}, { id: "o-1" });
  tacit.signal("o-1", "accepted");
  tacit.consent("denied");
  await tacit.flush();
  tacit.stop();
  assert.equal(idle.length, 0);
});

test("importing the entry point needs no browser", async () => {
  delete globalThis.window;
  delete globalThis.document;
  const { start } = await import("./index.js");
  await start(options).flush();
});

test("nothing is loaded before the page is idle", async () => {
  const core = fakeCore();
  const load = mock.fn(async () => core);
  starter(load)(options);
  await turn();
  assert.equal(load.mock.callCount(), 0);
  await ready();
  assert.equal(load.mock.callCount(), 1);
});

test("calls made before the core is there run in order, then go straight through", async () => {
  const core = fakeCore();
  const tacit = starter(async () => core)(options);
  const element = {};
  tacit.output(element, { id: "o-1" });
  tacit.signal("o-1", "accepted", { via: "api" });
  const flushed = tacit.flush();
  tacit.consent("granted");
  assert.deepEqual(core.calls, []);
  await ready();
  await flushed;
  tacit.signal("o-1", "shared");
  assert.deepEqual(core.calls, [
    ["open", "pk_x"],
    ["output", element, { id: "o-1" }],
    ["signal", "o-1", "accepted", { via: "api" }],
    ["flush"],
    ["consent", "granted"],
    ["signal", "o-1", "shared", undefined],
  ]);
});

test("a second start, also of another copy, returns the same handle and loads nothing", async () => {
  const first = starter(async () => fakeCore())(options);
  const second = starter(() => assert.fail("a second copy was loaded"))({ key: "pk_other" });
  assert.equal(first, second);
  await ready();
  assert.equal(console.warn.mock.callCount(), 0);
});

test("after stop, start works again and the old handle is dead", async () => {
  const core = fakeCore();
  const start = starter(async () => core);
  const first = start(options);
  await ready();
  first.stop();
  first.stop();
  const second = start({ key: "pk_y" });
  assert.notEqual(first, second);
  first.signal("o-1", "accepted");
  await first.flush();
  await ready();
  second.signal("o-2", "accepted");
  assert.deepEqual(core.calls, [
    ["open", "pk_x"],
    ["stop"],
    ["open", "pk_y"],
    ["signal", "o-2", "accepted", undefined],
  ]);
});

test("stop before the core is there, as React's strict mode does, opens nothing", async () => {
  const core = fakeCore();
  const tacit = starter(async () => core)(options);
  const flushed = tacit.flush();
  tacit.stop();
  await flushed;
  await ready();
  assert.deepEqual(core.calls, []);
});

test("a core that cannot be loaded is said once, and the page goes on", async () => {
  const onError = mock.fn();
  const load = async () => {
    throw new Error("refused by Content Security Policy");
  };
  const tacit = starter(load)({ ...options, onError });
  const flushed = tacit.flush();
  await ready();
  await flushed;
  tacit.signal("o-1", "accepted");
  await tacit.flush();
  assert.equal(onError.mock.callCount(), 1);
  const [{ code, message }] = onError.mock.calls[0].arguments;
  assert.equal(code, "capture_unavailable");
  assert.match(message, /refused.*'wasm-unsafe-eval'/);
  assert.equal(console.warn.mock.callCount(), 1);
  assert.match(console.warn.mock.calls[0].arguments[0], /'wasm-unsafe-eval'/);
});

test("the collector is told once a page that nothing is captured, and nothing of anybody", async () => {
  const { starter } = await anotherPage();
  const start = starter(async () => {
    throw new WebAssembly.CompileError("WebAssembly.compileStreaming(): refused by the page's policy");
  });
  const all = { ...options, subject: "u-42", surface: "chat", endpoint: "https://collector.example/c" };
  start(all);
  await ready();
  window = {};
  start(all);
  await ready();
  assert.equal(beacons.length, 1);
  const [[address, { sent_at, ...batch }]] = beacons;
  assert.equal(address, "https://collector.example/c");
  assert.deepEqual(batch, { v: 1, key: "pk_x", session: "0".repeat(32), install: "wasm_refused", events: [] });
  assert.ok(Math.abs(Date.now() - sent_at) < 60_000);
});

test("files that cannot be had are another matter, and go to the default endpoint", async () => {
  const { starter } = await anotherPage();
  starter(async () => {
    throw new TypeError("Failed to fetch dynamically imported module");
  })(options);
  await ready();
  assert.deepEqual(beacons.map(([address, { install }]) => [address, install]), [["/c", "not_loaded"]]);
});

test("nothing is told after a no, nor after stop, and a beacon that throws is nobody's business", async () => {
  for (const before of [(tacit) => tacit.consent("denied"), (tacit) => tacit.stop()]) {
    const { starter } = await anotherPage();
    window = {};
    before(starter(() => Promise.reject(new Error("WebAssembly")))(options));
    await ready();
  }
  assert.deepEqual(beacons, []);
  const { starter } = await anotherPage();
  navigator.sendBeacon = () => {
    throw new TypeError("Invalid URL");
  };
  window = {};
  starter(() => Promise.reject(new Error("WebAssembly")))(options);
  await ready();
});

test("a retired core ends pending flushes and is said once", async () => {
  const onError = mock.fn();
  const core = fakeCore();
  core.methods.flush = () => new Promise(() => {});
  const tacit = starter(async () => core)({ ...options, onError });
  await ready();
  const flushed = tacit.flush();
  core.fail("RuntimeError: unreachable");
  core.fail("again");
  await flushed;
  tacit.signal("o-1", "accepted");
  assert.deepEqual(core.calls, [["open", "pk_x"]]);
  assert.deepEqual(
    onError.mock.calls.map((call) => call.arguments[0].code),
    ["capture_failed"],
  );
});

test("a flush that fails resolves all the same", async () => {
  const core = fakeCore();
  core.methods.flush = () => Promise.reject(new Error("offline"));
  const tacit = starter(async () => core)(options);
  await ready();
  await tacit.flush();
});

test("the page's callbacks run after the core has returned", async () => {
  const core = fakeCore();
  const seen = [];
  let inside = false;
  const tacit = starter(async () => core)({
    ...options,
    onSignal: (signal) => seen.push([signal, inside]),
  });
  await ready();
  core.methods.signal = () => {};
  inside = true;
  core.options.onSignal("s-1");
  core.options.onError({ code: "x" }); // None was given: dropped.
  inside = false;
  await turn();
  assert.deepEqual(seen, [["s-1", false]]);
  assert.equal(core.options.onSend, undefined);
  tacit.stop();
});

test("options without a key start nothing and leave the slot free", async () => {
  const onError = mock.fn();
  const start = starter(async () => fakeCore());
  for (const wrong of [undefined, null, {}, { key: "" }, { onError }]) {
    await start(wrong).flush();
  }
  await turn();
  assert.equal(onError.mock.calls[0].arguments[0].code, "invalid_options");
  assert.equal(idle.length, 0);
  assert.notEqual(start(options), undefined);
  assert.equal(idle.length, 1);
});
