// The session in which everybody is measured: 20 answers, 2,480 tokens at 100 a second, 4 of them
// asked for again, 10 copies, 4 edits, 5 ratings, and away after three last acts.

/** Tokens that are streamed in one visit. */
export const TOKENS = 2_480 + 4 * 80;

export async function visit(page) {
  const click = (name) => page.getByRole("button", { name, exact: true }).last().click();
  for (let answer = 0; answer < 20; answer += 1) {
    await page.evaluate((tokens) => window.ask(tokens), answer % 5 === 4 ? 300 : 80);
    if (answer % 5 === 1) await page.evaluate(() => window.again(80));
    await page.mouse.move(200, 100 + answer);
    await page.mouse.wheel(0, -120);
    await page.mouse.wheel(0, 240);
    await page.waitForTimeout(1_200);
    if (answer % 4 === 0) await click("Copy");
    if (answer % 4 === 1) {
      await page.locator("[data-ai-output]").last().locator("p").first().click({ clickCount: 3 });
      await page.keyboard.press("Control+c");
    }
    if (answer % 4 === 2) await click("Good response");
    if (answer % 5 === 3) {
      await click("Edit");
      await page.keyboard.press("Control+End");
      await page.keyboard.type("A few words more.", { delay: 20 });
      await page.locator("#prompt").click();
    }
  }
  // The last acts, and away at once.
  await click("Copy");
  await click("Good response");
}
