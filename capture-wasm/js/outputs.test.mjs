import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { el } from "./dom.fake.mjs";
import { outputs } from "./outputs.js";

const AUTO = {
  output: "[data-ai-output]",
  id: "data-ai-output",
  conversation: "data-ai-conversation",
  turn: "data-ai-turn",
  variant: "data-ai-variant",
};

let page;

beforeEach(() => {
  Object.defineProperty(globalThis, "navigator", { value: { languages: ["en"] }, configurable: true });
  page = el("body");
  globalThis.document = {
    querySelectorAll(selector) {
      if (selector === "!") throw new DOMException("no selector", "SyntaxError");
      return page.all().filter((element) => element.matches(selector));
    },
    createRange: () => ({ selectNodeContents: (element) => Object.assign({}, { element }) }),
  };
  globalThis.Range = { START_TO_START: 0, END_TO_END: 2 };
});

/** A range that covers the given elements wholly. */
test("markup tells id, conversation, turn, variant and token", () => {
  const answer = el("p", { "data-ai-output": "o-1", "data-ai-turn": " 3", "data-ai-variant": "x", "data-ai-token": "t" }, "Yes.");
  page = el("body", { "data-ai-conversation": "c-1" }, answer);
  const [element, ...facts] = outputs(AUTO).look();
  assert.equal(element, answer);
  assert.deepEqual(facts.slice(0, 6), [undefined, "o-1", "c-1", 3, NaN, "t"]);
});

test("of what is said around an output the nearest counts", () => {
  const answer = el("p", { "data-ai-output": "o-1", "data-ai-conversation": "" });
  const message = el("div", { "data-ai-turn": "2" }, el("div", { "data-ai-variant": "1" }, answer));
  page = el("body", { "data-ai-conversation": "c-1", "data-ai-turn": "7", "data-ai-token": "t" }, message);
  assert.deepEqual(outputs(AUTO).look().slice(2, 7), ["o-1", "", 2, 1, "t"]);
});

test("what the markup does not tell is not there", () => {
  page = el("body", {}, el("p", { "data-ai-output": "" }));
  assert.deepEqual(outputs({ ...AUTO, conversation: null, turn: null }).look().slice(1, 7), [undefined, "", null, null, null, null]);
});

test("private answers are no outputs", () => {
  page = el("body", {}, el("div", { "data-tacit-private": "" }, el("p", { "data-ai-output": "o-1" })));
  assert.deepEqual(outputs(AUTO).look(), []);
});

test("a selector that is none is told", () => {
  assert.equal(outputs({ ...AUTO, output: "!" }).look(), null);
});

test("what the page bound comes first, once, and as long as it is there", () => {
  const [bound, marked] = [el("p", { "data-ai-output": "mark" }), el("p", { "data-ai-output": "o-2" })];
  page = el("body", {}, marked, bound);
  const found = outputs(AUTO);
  found.bind(bound, { id: "o-1", turn: 1 });
  const look = found.look();
  assert.deepEqual(look.slice(0, 7), [bound, undefined, "o-1", undefined, 1, undefined, undefined]);
  assert.equal(look.length, 24);
  bound.isConnected = false;
  page = el("body", {}, marked);
  assert.equal(found.look().length, 12);
});

test("where all is as it was in the last look, there is nothing to go through", () => {
  const marked = el("p", { "data-ai-output": "o-1", "data-ai-turn": "none" });
  page = el("body", {}, marked);
  const found = outputs({ ...AUTO, turn: "data-ai-turn" });
  assert.equal(found.look().length, 12);
  assert.deepEqual(found.look(), [null]);
  found.hold(marked, "o-1");
  assert.equal(found.look().length, 12);
  assert.deepEqual(found.look(), [null]);
  marked.attributes["data-ai-output"] = "o-2";
  assert.equal(found.look().length, 12);
  page = el("body", {});
  assert.deepEqual(found.look(), []);
});

test("an element remembers what it held", () => {
  const answer = el("p", { "data-ai-output": "o-1" });
  page = el("body", {}, answer);
  const found = outputs(AUTO);
  found.look();
  found.hold(answer, "o-1");
  answer.attributes["data-ai-output"] = "o-2";
  assert.deepEqual(found.look().slice(1, 3), ["o-1", "o-2"]);
  assert.equal(found.held(answer), "o-1");
});

test("a control belongs to the output around it, or the only one near it", () => {
  const inside = el("button");
  const [one, two] = [el("p", { "data-ai-output": "o-1" }, inside), el("p", { "data-ai-output": "o-2" })];
  const beside = el("button");
  const between = el("button");
  page = el("body", {}, el("article", {}, one, el("footer", {}, beside)), between, el("article", {}, two));
  const found = outputs(AUTO);
  found.look();
  found.hold(one, "o-1");
  found.hold(two, "o-2");
  assert.equal(found.owner(inside), "o-1");
  assert.equal(found.owner(beside), "o-1");
  assert.equal(found.owner(between), undefined, "two are as near");
  assert.equal(found.owner(el("button")), undefined, "none is near");
});
