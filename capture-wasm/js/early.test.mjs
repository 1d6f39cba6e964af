import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { hearken } from "./early.js";

let listeners;
let active;
let ranges;
beforeEach(() => {
  listeners = new Map();
  active = true;
  ranges = ["a range"];
  globalThis.document = {
    activeElement: null,
    addEventListener(type, listener, { capture, passive }) {
      assert.ok(capture && passive);
      listeners.set(type, listener);
    },
    removeEventListener(type, listener, { capture }) {
      assert.ok(capture);
      if (listeners.get(type) === listener) listeners.delete(type);
    },
  };
  globalThis.getSelection = () => ({ rangeCount: ranges.length, getRangeAt: () => ({ cloneRange: () => ranges[0] }) });
  Object.defineProperty(globalThis, "navigator", { value: { userActivation: { get isActive() { return active; } } }, configurable: true });
});

const element = (more) => ({ ariaPressed: null, matches: () => false, ...more });
const editor = (value) => element({ value, matches: () => true });

function happen(type, path, more) {
  listeners.get(type)({ type, isTrusted: true, composedPath: () => path, ...more });
}

test("a click is noted with what its toggle said, from the inside out, and given once", () => {
  const end = hearken();
  const path = [element(), element({ ariaPressed: "true" }), element({ ariaPressed: "false" }), globalThis.document];
  happen("click", path);
  const [act, ...others] = end();
  assert.deepEqual(others, []);
  assert.deepEqual([act.type, act.was, act.isTrusted, act.composedPath()], ["click", "true", true, path]);
  assert.equal(listeners.size, 0);
  assert.deepEqual(end(), []);
});

test("a copy is noted with what was selected", () => {
  const end = hearken();
  happen("copy", [element()]);
  ranges = [];
  happen("cut", [element()]);
  assert.deepEqual(end().map(({ type, ranges }) => [type, ranges]), [["copy", ["a range"]], ["cut", []]]);
});

test("a prompt is noted by Enter, by submit and by the click that sends it, with its text", () => {
  const end = hearken();
  const box = editor("Why is the sky blue?");
  happen("input", [box]);
  happen("keydown", [box], { key: "W" });
  happen("keydown", [box], { key: "Enter", isComposing: true });
  happen("keydown", [box], { key: "Enter" });
  happen("click", [element()]);
  happen("submit", [element()]);
  const acts = end();
  assert.deepEqual(acts.map(({ type }) => type), ["submit", "click", "submit"]);
  for (const { held } of acts) assert.deepEqual(held, [{ editor: box, text: "Why is the sky blue?" }]);
});

test("only text boxes are read", () => {
  const end = hearken();
  document.activeElement = Object.defineProperty(element(), "value", { get: () => assert.fail("a password") });
  happen("submit", [element()]);
  assert.deepEqual(end().map(({ held }) => held), [[]]);
});

test("what scripts do is nobody's, and there is a limit", () => {
  const end = hearken();
  happen("click", [element()], { isTrusted: false });
  active = false;
  happen("copy", [element()]);
  active = true;
  for (let n = 0; n < 40; n++) happen("click", [element()]);
  assert.equal(end().length, 16);
});

test("a page that breaks what is asked of it hears nothing", () => {
  const end = hearken();
  happen("click", [Object.defineProperty({}, "ariaPressed", { get: () => assert.fail("a hostile element") })]);
  assert.deepEqual(end(), []);
});
