import assert from "node:assert/strict";
import { test } from "node:test";
import { at, el } from "./dom.fake.mjs";
import { editorOf, glance, isShown, read, selectedInField, valueOf } from "./reading.js";

test("blocks and breaks make lines, cells make tabs, code is given again", () => {
  const answer = el(
    "div",
    {},
    el("p", {}, "Use ", el("code", {}, "retain"), ":"),
    el("pre", {}, "numbers.retain(…);\n"),
    el("p", {}, "one", el("br"), "two"),
    el("table", {}, el("tr", {}, el("td", {}, "a"), el("td", {}, "b"))),
  );
  assert.deepEqual(read(answer), ["Use retain:\nnumbers.retain(…);\none\ntwo\na\tb\t\n", "numbers.retain(…);\n"]);
});

test("code is what a copy of it would take", () => {
  const codes = (...inside) => read(el("div", {}, ...inside)).slice(1);
  const code = (text) => el("code", {}, text);
  assert.deepEqual(codes(el("pre", {}, el("div", {}, "rust", el("button", {}, "Copy")), code("a();\nb();"))), ["a();\nb();"]);
  assert.deepEqual(codes(el("pre", {}, code("a();"), code("b();"))), ["a();b();"], "a line each");
  assert.deepEqual(codes(el("p", {}, "Use ", code("a()"))), [], "a word in a sentence");
  assert.deepEqual(codes(el("div", {}, code("a();\nb();"))), ["a();\nb();"]);
  const lines = [el("div", {}, "a();"), el("div", {}, "b();")];
  assert.deepEqual(codes(el("div", { contenteditable: "true", spellcheck: "false" }, ...lines)), ["a();\nb();\n"]);
  assert.deepEqual(codes(el("div", { contenteditable: "true" }, "The answer, being edited")), []);
});

test("controls, decorations and private parts are no text", () => {
  const answer = el(
    "div",
    {},
    "Yes",
    el("button", {}, "Copy"),
    el("span", { role: "toolbar" }, "…"),
    el("span", { "aria-hidden": "true" }, "•"),
    el("span", { "data-tacit-private": "" }, "secret"),
    el("script", {}, "x()"),
    ".",
  );
  assert.deepEqual(read(answer), ["Yes."]);
});

test("what is nested too deep is left out", () => {
  let answer = el("b", {}, "deep");
  for (let depth = 0; depth < 300; depth++) answer = el("i", {}, answer);
  assert.deepEqual(read(answer), [""]);
});

test("of a very long text the beginning counts, and it is not walked through", () => {
  const answer = el("div", {}, ...Array.from({ length: 500 }, () => el("p", {}, "x".repeat(999))));
  const last = answer.childNodes.at(-1);
  Object.defineProperty(last, "firstChild", { get: () => assert.fail("read to the end") });
  assert.equal(read(answer)[0].length, 100_000);
});

test("a glance sees a long text change at its ends, and nothing private", () => {
  const answer = (text, ...more) => el("div", {}, text, ...more);
  const long = "x".repeat(100_000);
  assert.equal(glance(answer("short")), "short");
  assert.ok(glance(answer(long)).length < 30_000);
  for (const other of [`${long}.`, `.${long}`, `${long.slice(1)}.`]) assert.notEqual(glance(answer(other)), glance(answer(long)));
  assert.equal(glance(answer("seen", el("b", { "data-tacit-private": "" }, "unseen"))), "seen");
});

test("an editor is a text field or the outermost editable element", () => {
  const area = el("textarea");
  assert.equal(editorOf(at(area)), area);
  const input = (type) => Object.assign(el("input"), { type });
  assert.equal(editorOf(at(input("text"))).type, "text");
  assert.equal(editorOf(at(input("password"))), undefined);
  const inner = Object.assign(el("b"), { isContentEditable: true });
  const outer = Object.assign(el("div", {}, inner), { isContentEditable: true });
  el("main", {}, outer);
  assert.equal(editorOf(at(inner)), outer);
  assert.equal(editorOf(at(el("p"))), undefined);
  assert.equal(editorOf(at({})), undefined, "the document");
});

test("an editor's value, and none of a private one", () => {
  assert.equal(valueOf(Object.assign(el("textarea"), { value: "text" })), "text");
  assert.equal(valueOf(el("div", {}, el("p", {}, "one"), el("p", {}, "two"))), "one\ntwo\n");
  assert.equal(valueOf(Object.assign(el("textarea", { "data-tacit-private": "" }), { value: "text" })), "");
});

test("empty lines of an editor count, and what it leaves out is marked", () => {
  const line = (...content) => el("div", {}, ...content);
  assert.equal(valueOf(el("div", {}, line("one"), line(el("br")), line("two", el("br")), line("three"))), "one\n\ntwo\nthree\n");
  const gap = Object.assign(el("div"), { style: { height: "9000px" } });
  const plain = Object.assign(el("div"), { style: { height: "" } });
  assert.equal(valueOf(el("div", {}, gap, line("one"), plain, line("two"))), "\n\0\none\ntwo\n");
  assert.deepEqual(read(el("div", {}, gap, line("one"))), ["one\n"], "of an answer nothing is left out");
  assert.equal(valueOf(el("div", {}, "a\ufeffb")), "ab");
});

test("an editor is known again without asking for styles", () => {
  let asked = 0;
  const area = el("div");
  Object.defineProperty(area, "isContentEditable", { get: () => ++asked > 0 });
  el("main", {}, area);
  assert.equal(editorOf(at(area)), area);
  const once = asked;
  assert.equal(editorOf({ ...at(area), type: "input" }), area);
  assert.equal(asked, once);
  assert.equal(editorOf({ ...at(area), type: "focusin" }), area);
  assert.ok(asked > once);
});

test("an element that is hidden or gone is not shown", () => {
  assert.equal(isShown({ isConnected: true, checkVisibility: () => true }), true);
  assert.equal(isShown({ isConnected: true, checkVisibility: () => false }), false);
  assert.equal(isShown({ isConnected: false, checkVisibility: () => true }), false);
  assert.equal(isShown({ isConnected: true }), true, "a browser that cannot tell");
});

test("the selection of a field, where it has one", () => {
  const area = Object.assign(el("textarea"), { value: "The sky", selectionStart: 4, selectionEnd: 7 });
  assert.equal(selectedInField(area), "sky");
  assert.equal(selectedInField(Object.assign(el("input"), { value: "x", selectionStart: null })), undefined);
  assert.equal(selectedInField(el("p")), undefined);
});
