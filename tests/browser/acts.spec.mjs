// What a person does in the demo's chat, and the label that comes of it: by
// mouse and keyboard in a real browser, read back from a real collector.

import { expect, reasonsOf, test } from "./house.mjs";
import { editsAreFollowed } from "./person.mjs";

test("copying part of an answer by mouse and keyboard", async ({ person, house }) => {
  const id = await person.ask("A question about email");
  const whole = await person.text();
  const selected = await person.copyFirstParagraph();
  expect(selected.length).toBeGreaterThan(20);

  const [copied] = await house.signals(id, "copied");
  const dense = (text) => text.replaceAll(/\s/g, "").length;
  expect(copied.via).toBe("selection");
  expect(copied.chars).toBe(selected.trim().length);
  expect(copied.share).toBeCloseTo(dense(selected) / dense(whole), 2);
  expect(copied.share).toBeLessThan(0.5);

  const label = await house.decided(id);
  expect(label).toMatchObject({ state: "positive", score: 2, weight: 5, trust: "signed", mature: false });
  expect(reasonsOf(label)).toEqual({ copied_part: 2 });
  expect(label.reasons[0].evidence).toEqual([copied.id]);
});

test("copying an answer and its code by their buttons", async ({ person, house }) => {
  const id = await person.ask("python please");
  await person.press("Copy");
  await person.press("Copy code");
  const copies = await house.signals(id, "copied", 2);
  expect(copies.map(({ via }) => via)).toEqual(["button", "code"]);
  expect(copies[0].share).toBeGreaterThanOrEqual(0.95);
  const label = await house.decided(id);
  // One act of use, however often: only the strongest counts.
  expect(label).toMatchObject({ state: "positive", score: 3, weight: 6 });
  expect(Object.keys(reasonsOf(label))).toHaveLength(1);
});

test("copying the moment an answer is whole", async ({ person, house }) => {
  await person.askAndWait("python please");
  await person.press("Copy");
  const id = await person.outputId();
  const [copied] = await house.signals(id, "copied");
  expect(copied.share).toBeGreaterThanOrEqual(0.95);
  expect((await house.signals(id, "shown")).length).toBe(1);
  expect(await house.decided(id)).toMatchObject({ state: "positive", score: 3 });
});

/** The edit that was saved: pauses of the person, or of a slow machine, are told before. */
async function saved(house, id) {
  const edits = ({ signals }) => signals.filter(({ kind }) => kind === "edited");
  return edits(await house.output(id, (known) => edits(known).at(-1)?.final)).at(-1);
}

test("editing an answer and keeping most of it", async ({ person, house }) => {
  const id = await person.ask("A question about email");
  const before = await person.press("Edit").then(() => person.button("Edit answer", "textbox").inputValue());
  await person.press("Cancel");
  const after = await person.edit(async (keyboard) => {
    await keyboard.press("Control+End");
    await keyboard.type("\n\nP.S. I shall be at the office on Monday and Tuesday, and out for the rest of the week.");
  });

  const last = await saved(house, id);
  const added = after.trim().length - before.trim().length;
  expect(last).toMatchObject({ inserted: added, deleted: 0, final: true });
  expect(last).toMatchObject({ chars_before: before.trim().length, chars_after: after.trim().length });
  expect(last.survival).toBeGreaterThanOrEqual(0.7);
  expect(last.survival).toBeLessThan(0.95);

  const label = await house.decided(id);
  expect(label).toMatchObject({ state: "positive", score: 2, weight: 10 });
  expect(reasonsOf(label)).toEqual({ edited_kept: 2 });

  await house.signals(id, "content");
  const { rows: sft } = await house.exported("trl-sft");
  const prompt = [{ role: "user", content: "A question about email" }];
  expect(sft).toEqual([{ prompt, completion: [{ role: "assistant", content: after.trim() }] }]);
  const { rows: dpo } = await house.exported("trl-dpo");
  expect(dpo).toEqual([
    {
      prompt,
      chosen: [{ role: "assistant", content: after.trim() }],
      rejected: [{ role: "assistant", content: before.trim() }],
    },
  ]);
});

test("rewriting an answer", async ({ person, house }) => {
  const id = await person.ask("A question about sql");
  const after = await person.edit(async (keyboard) => {
    await keyboard.press("Control+a");
    await keyboard.type("Ask the people who own that table; they have a view for exactly this.");
  });
  await saved(house, id);
  const label = await house.decided(id);
  expect(label).toMatchObject({ state: "negative", score: -4, weight: 10 });
  expect(reasonsOf(label)).toEqual({ edited_rewritten: -4 });

  await house.signals(id, "content");
  const { rows: kto } = await house.exported("trl-kto");
  expect(kto).toHaveLength(1);
  expect(kto[0].label).toBe(false);
  const { rows: sft } = await house.exported("trl-sft");
  expect(sft.map(({ completion }) => completion[0].content)).toEqual([after]);
});

test("giving an edit up", async ({ person, house }) => {
  const id = await person.ask("A question about sql");
  await person.press("Edit");
  await person.page.keyboard.type("Not this after all. ");
  await house.signals(id, "edited");
  await person.page.keyboard.press("Escape");
  // The pause told of the edit; giving it up takes that back.
  await house.output(id, ({ signals }) => signals.findLast(({ kind }) => kind === "edited").survival === 1);
  const edits = await house.signals(id, "edited");
  expect(edits.at(-1)).toMatchObject({ inserted: 0, deleted: 0, survival: 1 });
  const { label } = await house.output(id);
  expect(label).toMatchObject({ state: "pending", score: 0, reasons: [] });
  expect((await house.exported("trl-sft")).rows).toEqual([]);
});

test("asking for another answer at once, and using that", async ({ person, house }) => {
  const first = await person.ask("python please");
  await house.signals(first, "shown");
  await person.rest(1_500);
  const second = await person.regenerate();
  await person.press("Copy");

  const bad = await house.decided(first);
  expect(bad).toMatchObject({ state: "negative", score: -4, weight: 7 });
  expect(reasonsOf(bad)).toEqual({ regenerated_fast: -4 });
  const [regenerated] = await house.signals(first, "regenerated");
  expect(regenerated.ordinal).toBe(1);
  expect(regenerated.after_ms).toBeGreaterThan(2_000);
  expect(regenerated.after_ms).toBeLessThan(30_000);

  const good = await house.decided(second);
  expect(good).toMatchObject({ state: "positive", score: 3, conversation: bad.conversation, turn: 0 });
  const [shown] = await house.signals(second, "shown");
  expect(shown).toMatchObject({ replaces: first, variant: 1, turn: 0 });

  const { rows } = await house.exported("trl-dpo");
  expect(rows).toHaveLength(1);
  const answer = async (id) => (await house.output(id)).output.output;
  expect(rows[0].chosen[0].content).toBe(await answer(second));
  expect(rows[0].rejected[0].content).toBe(await answer(first));
});

test("asking for another answer after half a minute, and going back to the first", async ({ person, house }) => {
  const first = await person.ask("python please");
  await person.rest(31_000);
  const second = await person.regenerate();
  const [regenerated] = await house.signals(first, "regenerated");
  expect(regenerated.after_ms).toBeGreaterThan(30_000);
  const label = await house.decided(first);
  expect(label).toMatchObject({ state: "negative", score: -2, weight: 5 });
  expect(reasonsOf(label)).toEqual({ regenerated_late: -2 });

  await person.press("Previous version");
  const [switched] = await house.signals(second, "switched");
  expect(switched).toMatchObject({ from: second, to: first });
  expect(await person.outputId()).toBe(first);
});

test("rating an answer, and taking the rating back", async ({ person, house }) => {
  const id = await person.ask("dinners for a week");
  await person.press("Bad response");
  const label = await house.decided(id);
  expect(label).toMatchObject({ state: "negative", score: -2, weight: 1 });
  expect(reasonsOf(label)).toEqual({ rated_down: -2 });
  await person.press("Bad response");
  const ratings = await house.signals(id, "rated", 2);
  expect(ratings.map(({ value }) => value)).toEqual([-1, 0]);
  expect((await house.output(id)).label.state).toBe("pending");
});

test("reading is measured and decides nothing", async ({ person, house }) => {
  const began = Date.now();
  const id = await person.ask("dinners for a week");
  let second = 0;
  let read;
  await expect
    .poll(async () => {
      await person.page.mouse.move(300 + (second++ % 50), 300);
      await person.page.mouse.wheel(0, 120);
      read = (await house.find(id))?.signals.findLast(({ kind }) => kind === "dwell");
      return read?.active_ms > 7_000;
    }, { intervals: [1_000] })
    .toBe(true);
  const { active_ms, read_share } = read;
  expect(active_ms).toBeLessThan(Date.now() - began);
  expect(read_share).toBeGreaterThan(0.9);
  expect((await house.output(id)).label).toMatchObject({ state: "pending", score: 0, reasons: [] });
});

test("inserting into a document, and success told by the app", async ({ person, house }) => {
  const id = await person.ask("A question about email");
  await person.press("Insert into document");
  await person.press("Mark as solved");
  expect((await house.signals(id, "accepted"))[0].via).toBe("insert");
  const label = await house.decided(id);
  expect(label).toMatchObject({ state: "positive", score: 6, weight: 8 });
  expect(reasonsOf(label)).toEqual({ converted: 6 });
});

test("by keyboard alone: asking again, going back, editing and saving", async ({ person, house }) => {
  const first = await person.ask("python please");
  await person.rest(1_200);
  const key = async (name, key = "Enter") => {
    await person.button(name).last().focus();
    await person.page.keyboard.press(key);
  };
  await key("Regenerate");
  await expect(person.output()).not.toHaveAttribute("data-ai-output", first);
  await expect(person.page.locator("article").last()).toHaveAttribute("data-state", "done");
  await person.rest();
  const second = await person.outputId();
  expect((await house.signals(first, "regenerated"))[0].ordinal).toBe(1);
  await key("Previous version", "Space");
  expect((await house.signals(second, "switched"))[0]).toMatchObject({ from: second, to: first });
  await key("Edit");
  await editsAreFollowed(person.page);
  await person.page.keyboard.press("Control+Home");
  await person.page.keyboard.type("In short: ");
  await person.page.keyboard.press("Control+Enter");
  expect(await saved(house, first)).toMatchObject({ inserted: 10, deleted: 0, final: true });
});
