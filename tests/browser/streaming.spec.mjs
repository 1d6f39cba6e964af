// Acts while an answer still streams, at the pace of a real model.

import { expect, reasonsOf, test } from "./house.mjs";

test.use({ wordMs: 30 });

test.describe("slowly", () => {
  // Whoever wants to stop it still comes in time.
  test.use({ wordMs: 150 });

  test("stopping an answer", async ({ person, house }) => {
    await person.button("Message", "textbox").fill("dinners for a week");
    await person.page.keyboard.press("Enter");
    const streaming = person.page.locator('article[data-state="streaming"]');
    // A few words are no answer yet.
    await expect.poll(async () => (await streaming.innerText()).split(/\s+/).length).toBeGreaterThan(12);
    await person.press("Stop generating");
    await expect(person.page.locator('article[data-state="stopped"]')).toBeVisible();
    const id = await person.outputId();
    const [stopped] = await house.signals(id, "stopped");
    const [shown] = await house.signals(id, "shown");
    expect(stopped.chars).toBe(shown.chars);
    expect(shown.chars).toBeLessThan(600);
    expect(stopped.after_ms).toBeGreaterThan(300);
    const label = await house.decided(id);
    expect(label).toMatchObject({ state: "negative", score: -2, weight: 5 });
    expect(reasonsOf(label)).toEqual({ stopped_early: -2 });
  });
});

test("an answer is shown once, when it is whole, with the time it took", async ({ person, house }) => {
  const id = await person.ask("A question about caching");
  const text = await person.text();
  const shown = await house.signals(id, "shown");
  expect(shown).toHaveLength(1);
  // The page's own line breaks differ; letters do not.
  expect(Math.abs(shown[0].chars - text.length)).toBeLessThan(text.length * 0.05);
  const words = text.split(/\s+/).length;
  expect(shown[0].stream_ms).toBeGreaterThan(words * 30 * 0.7);
  expect(shown[0]).toMatchObject({ turn: 0, variant: 0 });
});
