import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { detach } from "./attach.js";
import { watchClipboard } from "./shell.js";

const turn = () => new Promise((resolve) => setImmediate(resolve));
const item = (parts) => ({
  types: Object.keys(parts),
  getType: async (type) => new Blob([parts[type]]),
});

let native;
let clipboard;
let seen;
const onText = (...args) => seen.push(...args);

beforeEach(() => {
  detach();
  seen = [];
  native = { fails: null, calls: [] };
  globalThis.Clipboard = class Clipboard {
    writeText(text) {
      return answer(this, text);
    }
    write(items) {
      return answer(this, items);
    }
  };
  clipboard = new Clipboard();
  activate(true);
});

function answer(self, argument) {
  native.calls.push([self, argument]);
  return native.fails ? Promise.reject(native.fails) : Promise.resolve("native's");
}

function activate(isActive) {
  Object.defineProperty(globalThis, "navigator", {
    value: { userActivation: { isActive } },
    configurable: true,
  });
}

test("text is told after the promise resolved, if a person was active at the call", async () => {
  watchClipboard(onText);
  const result = clipboard.writeText("hello");
  activate(false);
  assert.deepEqual(seen, []);
  assert.equal(await result, "native's");
  await turn();
  assert.deepEqual(seen, ["hello"]);
  assert.deepEqual(native.calls, [[clipboard, "hello"]]);
  await clipboard.writeText("by a script");
  await turn();
  assert.deepEqual(seen, ["hello"]);
});

test("a browser that knows no activation counts as active", async () => {
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  watchClipboard(onText);
  await clipboard.writeText("x");
  assert.deepEqual(seen, ["x"]);
});

test("write tells the plain text of its items", async () => {
  watchClipboard(onText);
  const items = [item({ "text/html": "<b>hi</b>", "text/plain": "hi" })];
  const result = clipboard.write(items);
  items.length = 0; // The caller's to change.
  await result;
  await turn();
  await turn();
  assert.deepEqual(seen, ["hi"]);
});

test("an image, or an iterator that can be read once, is left alone", async () => {
  watchClipboard(onText);
  await clipboard.write([item({ "image/png": "…" })]);
  function* once() {
    yield item({ "text/plain": "hi" });
  }
  await clipboard.write(once());
  assert.equal([...native.calls[1][1]].length, 1);
  await turn();
  assert.deepEqual(seen, []);
});

test("a refusal reaches the caller as it was, and nobody else", async () => {
  native.fails = new DOMException("no", "NotAllowedError");
  watchClipboard(onText);
  await assert.rejects(clipboard.writeText("x"), native.fails);
  assert.deepEqual(seen, []);
});

test("a refusal nobody handles is still an unhandled rejection, once", async () => {
  native.fails = new Error("no");
  watchClipboard(onText);
  const unhandled = mock.fn();
  const runners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", unhandled);
  clipboard.writeText("x");
  await turn();
  await turn();
  process.removeAllListeners("unhandledRejection");
  for (const runner of runners) process.on("unhandledRejection", runner);
  assert.deepEqual(unhandled.mock.calls.map((call) => call.arguments[0]), [native.fails]);
});

test("the writers keep name, arity and property attributes, and make no instances", () => {
  const before = Object.getOwnPropertyDescriptors(Clipboard.prototype);
  watchClipboard(onText);
  const after = Object.getOwnPropertyDescriptors(Clipboard.prototype);
  for (const name of ["writeText", "write"]) {
    assert.notEqual(after[name].value, before[name].value);
    assert.deepEqual({ ...after[name], value: 0 }, { ...before[name], value: 0 });
    assert.equal(after[name].value.name, name);
    assert.equal(after[name].value.length, 1);
    assert.throws(() => new after[name].value());
  }
});

test("a throw in our code never reaches the caller", async () => {
  watchClipboard(() => {
    throw new Error("ours");
  });
  assert.equal(await clipboard.writeText("x"), "native's");
  assert.equal(await clipboard.write([item({ "text/plain": "x" })]), "native's");
  assert.equal(await clipboard.write([null]), "native's");
  await turn();
});

test("a throw or a plain value of somebody's earlier patch passes through", () => {
  Clipboard.prototype.writeText = () => {
    throw new TypeError("theirs");
  };
  Clipboard.prototype.write = () => 7;
  watchClipboard(onText);
  assert.throws(() => clipboard.writeText("x"), /theirs/);
  assert.equal(clipboard.write([]), 7);
});

test("unwatching puts the built-ins back", () => {
  const before = Object.getOwnPropertyDescriptors(Clipboard.prototype);
  watchClipboard(onText);
  detach();
  assert.deepEqual(Object.getOwnPropertyDescriptors(Clipboard.prototype), before);
});

test("a later patch survives unwatching, and ours passes through", async () => {
  watchClipboard(onText);
  const ours = Clipboard.prototype.writeText;
  const theirs = mock.fn(function (text) {
    return ours.call(this, text);
  });
  Clipboard.prototype.writeText = theirs;
  await clipboard.writeText("one");
  detach();
  assert.equal(Clipboard.prototype.writeText, theirs);
  const result = clipboard.writeText("two");
  assert.equal(await result, "native's");
  assert.deepEqual(seen, ["one"]);
  assert.equal(theirs.mock.callCount(), 2);
});

test("what was in flight when unwatched resolves for the caller", async () => {
  watchClipboard(onText);
  const result = clipboard.writeText("x");
  detach();
  assert.equal(await result, "native's");
});

test("frozen built-ins and pages without a clipboard are left alone", async () => {
  Object.freeze(Clipboard.prototype);
  watchClipboard(onText);
  detach();
  assert.equal(await clipboard.writeText("x"), "native's");
  delete globalThis.Clipboard;
  watchClipboard(onText);
  detach();
});
