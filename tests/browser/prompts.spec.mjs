// The next prompt is compared with the one before, in the page.

import { expect, test } from "./house.mjs";

test("a question asked again in other words, thanks and a correction are told of the answer before", async ({ page, site, house }) => {
  await page.addInitScript(() => {
    window.tacitOptions = { onSignal: (signal) => (window.signals ??= []).push(signal) };
  });
  const bodies = [];
  page.on("request", (request) => request.method() === "POST" && bodies.push(request.postDataBuffer().toString("latin1")));
  await page.goto(site.url("find/plain", { attributes: "" }));
  await page.waitForFunction(() => window.tacit);
  const heard = (kind) => page.evaluate((kind) => (window.signals ?? []).filter((signal) => signal.kind === kind), kind);
  /** Asks, and waits for the answer. */
  const ask = async (text) => {
    const before = (await heard("shown")).length;
    await page.locator("#box").click();
    await page.keyboard.insertText(text);
    await page.keyboard.press("Enter");
    await expect.poll(() => heard("shown"), { timeout: 25_000 }).toHaveLength(before + 1);
  };
  await ask("Why is the sky blue during the day?");
  await ask("Why is the daytime sky blue?");
  await ask("That's not what I asked, think of sunsets");
  await ask("Great, thank you!");
  await page.evaluate(() => window.tacit.flush());

  const answers = (await heard("shown")).map(({ output }) => output);
  const told = await Promise.all(answers.slice(0, 3).map((output) => house.signals(output, "followed_up")));
  expect(told.map((signals) => signals.map(({ intent }) => intent))).toEqual([["rephrase"], ["correction"], ["thanks"]]);
  const [[rephrased]] = told;
  expect(rephrased.similarity).toBeGreaterThanOrEqual(0.6);
  expect(rephrased.gap_ms).toBeGreaterThan(0);
  expect(rephrased.gap_ms).toBeLessThan(60_000);
  for (const body of bodies) expect(body).not.toMatch(/daytime|sunsets|thank you/);
});
