import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { detach } from "./attach.js";
import { copied, pastedText, selectedIn, watchSelection } from "./copies.js";
import { at, el } from "./dom.fake.mjs";

const page = () => globalThis.document;

beforeEach(() => {
  const listeners = {};
  globalThis.document = Object.assign(el("html"), {
    listeners,
    selection: null,
    getSelection() {
      return this.selection;
    },
    addEventListener: (type, listener) => (listeners[type] = listener),
    removeEventListener: (type) => delete listeners[type],
  });
  globalThis.addEventListener = page().addEventListener;
  globalThis.removeEventListener = page().removeEventListener;
});

/** A range from one text node to another, as the tests' trees need it. */
function over(root, start, startOffset, end, endOffset) {
  const texts = [];
  const collect = (node) => (node.nodeType === 3 ? texts.push(node) : node.childNodes.forEach(collect));
  collect(root);
  const inside = texts.slice(texts.indexOf(start), texts.indexOf(end) + 1);
  const holds = (node) => inside.includes(node) || (node.childNodes ?? []).some(holds);
  const text = () =>
    inside.map(({ nodeValue }, n) => nodeValue.slice(n ? 0 : startOffset, n === inside.length - 1 ? endOffset : undefined)).join("");
  return {
    startContainer: Object.assign(start, { getRootNode: () => root }),
    startOffset,
    endContainer: end,
    endOffset,
    collapsed: start === end && startOffset === endOffset,
    intersectsNode: holds,
    commonAncestorContainer: start === end ? start : root,
    toString: text,
  };
}

const select = (...ranges) => (page().selection = { rangeCount: ranges.length, getRangeAt: (n) => ranges[n] });

function chat() {
  const one = el("article", {}, el("p", {}, "The sky is blue."), el("button", {}, "Copy"), el("p", {}, "Today."));
  const two = el("article", {}, el("p", {}, "It rains."));
  page().childNodes = [one, two];
  for (const child of page().childNodes) child.parentElement = page();
  const text = (article, n) => article.childNodes[n].childNodes[0];
  return { one, two, text, outputs: [[one, "o-1"], [two, "o-2"]] };
}

test("each output gets its part of the selection, without what is no text", () => {
  const { one, two, text, outputs } = chat();
  assert.deepEqual(selectedIn(outputs), [], "no selection at all");
  select(over(page(), text(one, 0), 4, text(one, 0), 4));
  assert.deepEqual(selectedIn(outputs), [], "a caret");
  select(over(page(), text(one, 0), 4, text(two, 0), 2));
  assert.deepEqual(selectedIn(outputs), ["o-1", "sky is blue.\nToday.\n", "o-2", "It\n"]);
  select(over(page(), text(two, 0), 3, text(two, 0), 8));
  assert.deepEqual(selectedIn(outputs), ["o-2", "rains\n"]);
});

test("all of a page with many outputs is looked at only so far", () => {
  const outputs = [];
  for (let n = 0; n < 1_000; n++) outputs.push([el("p", {}, "An answer."), `o-${n}`]);
  page().childNodes = outputs.map(([element]) => Object.assign(element, { parentElement: page() }));
  const [first] = outputs[0][0].childNodes;
  const last = outputs.at(-1)[0].childNodes[0];
  select(over(page(), first, 0, last, 10));
  assert.equal(selectedIn(outputs).length, 100);
});

test("a shadow tree has a selection of its own", () => {
  const answer = el("p", {}, "In the shadow.");
  const [text] = answer.childNodes;
  const root = Object.assign(el("root", {}, answer), { host: el("my-chat") });
  root.host.parentElement = page();
  const range = over(root, text, 3, text, 6);
  // The document says that it is collapsed, at the host.
  select({ collapsed: true, startContainer: page() });
  root.getSelection = () => ({ rangeCount: 1, getRangeAt: () => range });
  assert.deepEqual(selectedIn([[answer, "o-1"]]), ["o-1", "the"]);
  // As browsers do that give shadow roots no method.
  delete root.getSelection;
  page().selection.getComposedRanges = ({ shadowRoots }) => (shadowRoots[0] === root ? [range] : []);
  page().createRange = () => ({ ...range, setStart() {}, setEnd() {} });
  assert.deepEqual(selectedIn([[answer, "o-1"]]), ["o-1", "the"]);
});

test("a selection around a shadow tree takes all of it", () => {
  const answer = el("p", {}, "In the shadow.");
  const root = Object.assign(el("root", {}, answer), { getSelection: () => null });
  root.host = el("my-chat");
  page().childNodes = [el("p", {}, "Before"), root.host, el("p", {}, "After")];
  for (const child of page().childNodes) child.parentElement = page();
  const [before, , after] = page().childNodes;
  select({ ...over(page(), before.childNodes[0], 0, after.childNodes[0], 5), intersectsNode: (node) => node === root.host });
  assert.deepEqual(selectedIn([[answer, "o-1"]]), ["o-1", "In the shadow."]);
});

test("a selection is looked at when it rests, not while it moves", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let now = 0;
  const clock = mock.method(performance, "now", () => now);
  const pass = (ms) => {
    for (const end = now + ms; now < end; mock.timers.tick(50)) now += 50;
  };
  const rested = mock.fn();
  watchSelection(rested);
  const move = () => page().listeners.selectionchange();
  for (let n = 0; n < 20; n++) {
    move();
    pass(100);
  }
  assert.equal(rested.mock.callCount(), 0);
  pass(350);
  assert.equal(rested.mock.callCount(), 0);
  pass(50);
  assert.equal(rested.mock.callCount(), 1, "500 ms after the last move");
  pass(5_000);
  assert.equal(rested.mock.callCount(), 1, "once");
  move();
  pass(500);
  assert.equal(rested.mock.callCount(), 2);
  clock.mock.restore();
  detach();
  assert.deepEqual(page().listeners, {});
  mock.timers.reset();
});

const parts = (...list) => ({ selected: () => list });
const event = (target, more) => ({ ...at(target), type: "copy", ...more });

test("a copied field tells its selection, and no output its part", () => {
  const field = Object.assign(el("textarea"), { value: "The sky", selectionStart: 4, selectionEnd: 7 });
  assert.deepEqual(copied(event(field), parts("o-1", "old selection")), [field, "sky"]);
  field.attributes["data-tacit-private"] = "";
  assert.deepEqual(copied(event(field), parts()), [field, ""]);
});

test("a copied selection tells the parts", () => {
  const body = el("body");
  assert.deepEqual(copied(event(body), parts("o-1", "One", "o-2", "Two")), [body, undefined, "o-1", "One", "o-2", "Two"]);
});

test("what is selected elsewhere is told as it is", () => {
  const { one, text } = chat();
  select(over(page(), text(one, 0), 4, text(one, 0), 7));
  assert.deepEqual(copied(event(one), parts()), [one, "sky"]);
  one.attributes["data-tacit-private"] = "";
  assert.deepEqual(copied(event(one), parts()), [one, ""]);
});

test("what the page puts on the clipboard instead is told after its own listeners", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { one } = chat();
  const facts = copied(event(one), parts());
  assert.deepEqual(facts, [one, ""]);
  page().listeners.copy({ defaultPrevented: true, clipboardData: { getData: () => "**The** sky" } });
  assert.deepEqual(facts, [null, "**The** sky"]);
  t.mock.timers.tick(0);
  assert.deepEqual(page().listeners, {}, "nothing stays behind");
});

test("a paste is read where it goes into an editor that may be read", () => {
  const clipboardData = { getData: () => "The sky" };
  assert.equal(pastedText(event(el("textarea"), { clipboardData })), "The sky");
  assert.equal(pastedText(event(el("p"), { clipboardData })), undefined);
  assert.equal(pastedText(event(el("textarea", { "data-tacit-private": "" }), { clipboardData })), undefined);
  assert.equal(pastedText(event(el("textarea"))), undefined);
});
