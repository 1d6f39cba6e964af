// Editing as people do it, beyond typing: input methods, pasting, dragging,
// documents that hold more than an answer, editors that apps use again.

import { expect, test } from "./desk.mjs";
import { facts } from "./edits.mjs";
import { lines, markdown, plain } from "./editors/answer.js";

const ANSWER = "The sky is blue today, and nobody minds it.";
const UNCHANGED = { inserted: 0, deleted: 0, survival: 1 };

test("an editor that is hidden by Cancel or Escape was given up, by Save it was not", async ({ desk }) => {
  await desk.visit("fields", { kind: "textarea", ending: "hide" });
  for (const [place, end] of [() => desk.press("Cancel"), () => desk.keys("Escape")].entries()) {
    const id = `o-${place + 1}`;
    await desk.press("Edit", place);
    await desk.toTheMiddle();
    await desk.type("very ");
    await desk.expectEdited({ inserted: 5, final: false }, id);
    await end();
    await desk.expectEdited({ ...UNCHANGED, final: true }, id);
  }
  await desk.press("Edit", 2);
  await desk.toTheMiddle();
  await desk.type("very ");
  await desk.press("Save");
  await desk.expectEdited({ inserted: 5, deleted: 0, final: true }, "o-3");
});

test("one field for all answers: each edit belongs to the answer that was in it", async ({ desk }) => {
  await desk.visit("fields", { kind: "shared" });
  await desk.press("Edit");
  await desk.toTheMiddle();
  await desk.type("very ");
  await desk.press("Save");
  await desk.expectEdited({ inserted: 5, deleted: 0, final: true });
  await desk.press("Edit", 1);
  await desk.toTheMiddle();
  await desk.type("rather ");
  await desk.press("Save");
  await desk.expectEdited({ inserted: 7, deleted: 0, final: true }, "o-2");
  await desk.expectEdited({ inserted: 5, deleted: 0, final: true });
  for (const { inserted } of await desk.edits("o-1")) expect(inserted).toBe(5);
});

test("an answer that becomes its own editor", async ({ desk }) => {
  await desk.visit("fields", { ending: "inplace" });
  await desk.press("Edit");
  await desk.toTheMiddle();
  await desk.type("very ");
  await desk.press("Save");
  await desk.expectEdited({ inserted: 5, deleted: 0, final: true });
  await desk.press("Edit", 1);
  await desk.toTheMiddle();
  await desk.type("very ");
  await desk.expectEdited({ inserted: 5 }, "o-2");
  await desk.press("Cancel");
  await desk.expectEdited({ ...UNCHANGED, final: true }, "o-2");
});

test("a line in an input", async ({ desk }) => {
  await desk.visit("fields", { kind: "input", answer: ANSWER });
  await desk.press("Edit");
  await desk.keys("Control+End");
  await desk.type(" At all.");
  await desk.press("Save");
  await desk.expectEdited({ ...facts(ANSWER, `${ANSWER} At all.`), final: true });
});

for (const [name, script, query, deleted] of [
  ["textarea", "fields", { kind: "textarea" }, 2],
  // TipTap keeps an empty paragraph behind a code block, which the first key leaves.
  ["TipTap", "tiptap", {}, 1],
]) {
  test(`${name}: in a document only the answer's part counts, and two answers apart`, async ({ desk }) => {
    const notes = "Minutes of the meeting.\n\nWe talked about the weather for a long time.";
    await desk.visit(script, { ...query, document: notes });
    await desk.press("Insert");
    await desk.type("\nOr so they say.");
    await desk.expectEdited({ inserted: 16, deleted: 0 });
    await desk.press("Insert", 1);
    // Two changes without a pause between them would count as one.
    await desk.page.waitForTimeout(1_000);
    await desk.keys("Control+Home");
    await desk.type("Draft. ");
    // Of what is told nothing changes.
    await desk.page.waitForTimeout(1_000);
    await desk.keys("Control+End", "Backspace", "Backspace");
    await desk.expectEdited({ inserted: 0, deleted }, "o-2");
    await desk.expectEdited({ inserted: 16, deleted: 0 });
  });

  test(`${name}: an answer is pasted and then edited`, async ({ desk }) => {
    await desk.visit(script, { ...query, document: "Minutes of the meeting.", seed: "plain" });
    await desk.page.evaluate(() => getSelection().selectAllChildren(document.querySelector("[data-ai-output]")));
    await desk.keys("Control+c");
    await desk.page.locator(".place textarea, .place [contenteditable]").click();
    await desk.keys("Control+End", "Enter", "Control+v");
    await desk.keys(...Array(4).fill("Backspace"));
    await desk.expectEdited({ inserted: 0, deleted: 4 });
    expect(await desk.edits("o-2")).toEqual([]);
  });
}

test("undone by the editor's own button", async ({ desk }) => {
  await desk.visit("tiptap");
  await desk.press("Edit");
  await desk.toTheMiddle();
  await desk.type("very ");
  await desk.expectEdited({ inserted: 5, deleted: 0 });
  await desk.press("Undo");
  await desk.press("Save");
  await desk.expectEdited({ ...UNCHANGED, final: true });
});

for (const [name, script, query] of [
  ["textarea", "fields", { kind: "textarea" }],
  ["contenteditable", "fields", { kind: "contenteditable" }],
  ["TipTap", "tiptap", {}],
  ["Lexical", "lexical", {}],
  ["CodeMirror", "codemirror", {}],
]) {
  test(`${name}: an input method is left alone while it composes`, async ({ desk }) => {
    await desk.spyOnReads();
    await desk.visit(script, query);
    await desk.press("Edit");
    await desk.toTheMiddle();
    const keyboard = await desk.page.context().newCDPSession(desk.page);
    for (const text of ["t", "て", "てん", "天", "天気"]) {
      const caret = text.length;
      await keyboard.send("Input.imeSetComposition", { text, selectionStart: caret, selectionEnd: caret });
    }
    // Longer than a pause in typing.
    await desk.page.waitForTimeout(1_000);
    expect(await desk.reads()).toMatchObject({ whileComposing: 0 });
    await keyboard.send("Input.insertText", { text: "天気" });
    await desk.expectEdited({ inserted: 2, deleted: 0 });
    await keyboard.send("Input.insertText", { text: "很好，" });
    await desk.press("Save");
    await desk.expectEdited({ inserted: 5, deleted: 0, final: true });
    expect(await desk.reads()).toMatchObject({ whileComposing: 0 });
  });
}

test("typing costs no read of the text but one when it pauses", async ({ desk }) => {
  await desk.spyOnReads();
  await desk.visit("fields", { kind: "textarea" });
  await desk.press("Edit");
  await desk.toTheMiddle();
  const before = (await desk.reads()).all;
  await desk.page.keyboard.type("a hundred characters of text, typed without a pause, are read once; ", { delay: 5 });
  expect((await desk.reads()).all - before).toBeLessThanOrEqual(1);
  await desk.expectEdited({ inserted: 68, deleted: 0 });
  expect((await desk.reads()).all - before).toBeLessThanOrEqual(2);
});

test("text that is dictated, corrected or put in a word's place", async ({ desk }) => {
  await desk.visit("fields", { kind: "contenteditable" });
  await desk.press("Edit");
  // What arrives without keys, over a word that the keyboard or the browser selected.
  await desk.page.evaluate(() => {
    const text = document.querySelector("[contenteditable] p").firstChild;
    getSelection().setBaseAndExtent(text, 4, text, 7);
  });
  const keyboard = await desk.page.context().newCDPSession(desk.page);
  await keyboard.send("Input.insertText", { text: "heaven" });
  await desk.press("Save");
  const before = plain(markdown);
  await desk.expectEdited({ ...facts(before, before.replace("sky", "heaven")), final: true });
});

test("text that is dragged", async ({ desk }) => {
  await desk.visit("fields", { kind: "contenteditable" });
  await desk.press("Edit");
  const word = await desk.boxOf("today");
  await desk.page.mouse.dblclick(word.x + word.width / 2, word.y + word.height / 2);
  await desk.page.mouse.down();
  const target = await desk.boxOf("wind");
  await desk.page.mouse.move(target.x + 1, target.y + target.height / 2, { steps: 5 });
  await desk.page.mouse.up();
  await expect(desk.page.locator(".place")).not.toContainText("blue today");
  const after = await desk.page.locator(".place [contenteditable]").innerText();
  await desk.press("Save");
  const text = after.replaceAll(/\n+/g, "\n").replaceAll("\u00a0", " ").trim();
  await desk.expectEdited({ ...facts(plain(markdown), text), final: true });
});

test("CodeMirror draws only what is in view: what scrolled away was not deleted", async ({ desk }) => {
  await desk.visit("codemirror", { lines: 2_000 });
  await desk.press("Edit");
  const content = desk.page.locator(".cm-content");
  const drawn = await content.locator(".cm-line").count();
  expect(drawn).toBeLessThan(500);
  const { length } = lines(2_000);
  await desk.page.mouse.move(300, 200);
  await desk.page.mouse.wheel(0, 15_000);
  await expect(content).not.toContainText("Step 9:");
  await desk.page.mouse.click(300, 200);
  await desk.keys("Home");
  await desk.type("Also ");
  await desk.expectEdited({ chars_before: length, chars_after: length + 5, inserted: 5, deleted: 0 });
  await desk.keys("Control+End");
  await expect(content).toContainText("Step 2000:");
  await desk.page.waitForTimeout(1_000);
  await desk.keys("Control+Home", "Delete", "Delete");
  await desk.expectEdited({ chars_before: length, inserted: 5, deleted: 2 });
  await desk.press("Save");
  await desk.expectEdited({ chars_before: length, inserted: 5, deleted: 2, final: true });
  for (const { deleted } of await desk.edits("o-1")) expect(deleted).toBeLessThanOrEqual(2);
});
