import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { controls, MEANINGS } from "./controls.js";
import { at, el } from "./dom.fake.mjs";
import { finding } from "./finding.js";
import { bring, late } from "./later.js";

globalThis.document = { documentElement: { lang: "en" }, addEventListener() {}, removeEventListener() {} };
Object.defineProperty(globalThis, "navigator", { value: { languages: ["en"] }, configurable: true });

/** Begins anew, with this in the place of the part; returns what makes it arrive. */
function begin(part, onMissing = assert.fail) {
  let arrive;
  const arriving = new Promise((resolve) => (arrive = resolve));
  Object.assign(late, { loading: null, part: null, load: () => arriving.then(() => part ?? Promise.reject(new Error("blocked"))) });
  bring(onMissing);
  return async () => {
    arrive();
    await late.loading;
    await null;
  };
}

test("the finder hears of the last press, of what was asked by it and of what changed since", async () => {
  const told = [];
  const tell = (...args) => told.push(args);
  const finder = () => ({ pressed: tell, ask: tell, changed: tell, isPart: () => "there" });
  const arrive = begin({ share() {}, finder });
  const found = finding();
  found().changed(["before"], 1);
  found().pressed(2);
  found().changed(["of nothing that was asked"], 3);
  found().pressed(4);
  found().changed(["before the question is known"], 5);
  found().ask("question", 6);
  found().pressed(7);
  found().changed(["of the answer"], 8);
  assert.deepEqual(found().look(), []);
  await arrive();
  assert.deepEqual(told, [[4], [["before the question is known"], 5], ["question", 6], [7], [["of the answer"], 8]]);
  assert.equal(found().isPart(), "there");
});

test("no more is kept for the finder than a while of changes", async () => {
  const changed = mock.fn();
  const arrive = begin({ share() {}, finder: () => ({ ask() {}, changed }) });
  const found = finding();
  found().ask("question", 0);
  for (let at = 0; at < 2_000; at++) found().changed([], at);
  await arrive();
  assert.equal(changed.mock.callCount(), 999);
});

test("a click that came early is looked at again, as it was, if its name says something", async () => {
  const arrive = begin(await import("./late.js"));
  const page = controls({});
  const heard = mock.fn();
  page.acts(heard);
  const [thumb, other] = [el("button", { "aria-label": "Thumbs up" }), el("button", { "aria-label": "Menu" })];
  for (const control of [thumb, other]) assert.deepEqual(page.of(at(control)).slice(0, 2), [control, -1]);
  thumb.attributes.class = "on";
  await arrive();
  assert.equal(heard.mock.callCount(), 1);
  const [event] = heard.mock.calls[0].arguments;
  assert.equal(event.isTrusted, true);
  assert.deepEqual(page.of(event), [thumb, MEANINGS.indexOf("up"), "?"]);
});

test("a part that cannot be had is told, and nothing waits for it any longer", async () => {
  const onMissing = mock.fn();
  const arrive = begin(null, onMissing);
  const found = finding();
  const page = controls({});
  page.acts(assert.fail);
  found().ask("question", 0);
  page.of(at(el("button", { "aria-label": "Copy" })));
  await arrive();
  assert.equal(onMissing.mock.callCount(), 1);
  found().ask("another", 1);
  found().changed([], 2);
  assert.deepEqual(found().look(), []);
  assert.deepEqual(page.of(at(el("button", { "aria-label": "Copy" }))).slice(1, 2), [-1]);
});
