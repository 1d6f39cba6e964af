import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { detach } from "./attach.js";
import { editing } from "./editing.js";
import { texts } from "./later.js";
import { allow } from "./storage.js";

const ANSWER = "The sky is blue today.";

globalThis.HTMLTextAreaElement = class {
  isConnected = true;
  constructor(value) {
    this.value = value;
  }
  closest() {
    return null;
  }
};
globalThis.HTMLInputElement = class {};

const listeners = new Map();
globalThis.document = {
  addEventListener: (type, listener) => listeners.set(type, listener),
  removeEventListener: (type) => listeners.delete(type),
};

const happen = (type, editor, more) => listeners.get(type)({ type, composedPath: () => [editor], isTrusted: true, ...more });

/** What the part was told, once it is there; and what lets it come. */
function begin({ missing = assert.fail, refused = false } = {}) {
  detach();
  const told = [];
  const note =
    (name) =>
    (...args) =>
      told.push([name, ...args]);
  const names = ["happened", "hint", "keep", "sent", "consent"];
  const open = () => Object.fromEntries(names.map((name) => [name, note(name)]));
  let arrive;
  const arriving = new Promise((resolve) => (arrive = resolve));
  const load = mock.fn(() => arriving.then(() => (refused ? Promise.reject(new Error("blocked")) : { share() {}, open })));
  Object.assign(texts, { load, loading: null, part: null });
  const edits = editing({}, (text) => text.includes("sky is"), missing);
  edits.start();
  return {
    ...edits,
    told,
    load,
    async arrive() {
      arrive();
      await texts.loading;
      await null;
    },
  };
}

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
test.afterEach(() => mock.timers.reset());

test("whoever asks and chats loads nothing", async () => {
  const page = begin();
  const composer = new HTMLTextAreaElement("What colour is it?");
  happen("focusin", composer);
  happen("keydown", composer, { key: "Enter" });
  happen("paste", composer);
  mock.timers.tick(1);
  page.hint(0);
  page.sent("What colour is it?");
  page.consent(true);
  await null;
  assert.equal(page.load.mock.callCount(), 0);
});

test("an answer in an editor brings the part, which hears what happened meanwhile and what the editor held", async () => {
  const page = begin();
  const editor = new HTMLTextAreaElement(ANSWER);
  happen("focusin", editor);
  happen("input", editor);
  editor.value = `${ANSWER} Really.`;
  page.hint(0);
  happen("pointerdown", null);
  editor.value = "Something else";
  page.hint(1);
  await page.arrive();
  assert.deepEqual(page.told, [
    ["happened", 0, editor, undefined, true, ANSWER],
    ["happened", 8, editor, undefined, true, ANSWER],
    ["hint", 0],
    ["happened", 6, undefined, undefined, true, `${ANSWER} Really.`],
    ["hint", 1],
  ]);
  happen("keydown", editor, { key: "Escape" });
  assert.deepEqual(page.told.at(-1), ["happened", 2, editor, "Escape", true]);
});

test("an answer that is pasted brings it as well, once it is there", async () => {
  const page = begin();
  const editor = new HTMLTextAreaElement("");
  happen("focusin", editor);
  happen("paste", editor);
  editor.value = ANSWER;
  assert.equal(texts.loading, null);
  mock.timers.tick(1);
  await page.arrive();
  assert.deepEqual(page.told, [["happened", 7, editor, undefined, true, ANSWER]]);
});

test("what was pasted is looked at before the next key changes it", async () => {
  const page = begin();
  const editor = new HTMLTextAreaElement("");
  happen("focusin", editor);
  happen("paste", editor);
  editor.value = ANSWER;
  happen("keydown", editor, { key: "Backspace" });
  editor.value = ANSWER.slice(0, -1);
  mock.timers.tick(1);
  await page.arrive();
  const [first, ...rest] = page.told;
  assert.deepEqual(first, ["happened", 7, editor, undefined, true, ANSWER]);
  assert.equal(rest.filter(([, what]) => what === 7).length, 0);
});

test("what an app fills an editor with is looked at after the press, not while an input method composes", async () => {
  const page = begin();
  const editor = new HTMLTextAreaElement("");
  happen("focusin", editor);
  happen("input", editor);
  editor.value = ANSWER;
  happen("input", editor);
  assert.equal(texts.loading, null, "looked at already");
  happen("pointerdown", null);
  happen("compositionstart", editor);
  happen("input", editor, { isTrusted: false });
  assert.equal(texts.loading, null);
  happen("compositionend", editor);
  assert.notEqual(texts.loading, null);
});

test("accepted text brings it, with the moment it was accepted", async () => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000 });
  const page = begin();
  page.keep("o-1", "token", ANSWER);
  mock.timers.tick(500);
  page.sent(ANSWER);
  page.consent(false);
  await page.arrive();
  assert.deepEqual(page.told, [
    ["keep", 1_000, "o-1", "token", ANSWER],
    ["sent", ANSWER],
    ["consent", false],
  ]);
});

test("text that is remembered on the device brings it at once", () => {
  globalThis.localStorage = { getItem: (name) => (name.endsWith("kept") ? "o-1\t\t" : null) };
  assert.equal(begin() && texts.loading, null, "not asked for");
  allow(true);
  begin();
  assert.notEqual(texts.loading, null);
  allow(false);
});

test("a part that cannot be had is told, and nothing is kept for it", async () => {
  const missing = mock.fn();
  const page = begin({ missing, refused: true });
  page.keep("o-1", undefined, ANSWER);
  await page.arrive();
  happen("focusin", new HTMLTextAreaElement(ANSWER));
  page.hint(2);
  assert.equal(missing.mock.callCount(), 1);
  assert.deepEqual(page.told, []);
  assert.equal(page.load.mock.callCount(), 1);
});
