// The session in which everybody is measured: 50 answers streamed at 100 tokens a second, 5 of
// them asked for again, 26 copies, 10 edits, 13 ratings, and away after two last acts.

const ANSWERS = 50;
const TOKENS_EACH = 40;
/** Somebody looks before they act. */
const LOOK_MS = 300;

const isAskedAgain = (answer) => answer % 10 === 1;

/** Tokens that are streamed in one visit. */
export const TOKENS = Array.from({ length: ANSWERS }, (_, answer) => TOKENS_EACH * (isAskedAgain(answer) ? 2 : 1)).reduce((a, b) => a + b);

export async function visit(page) {
  const click = (name) => page.getByRole("button", { name, exact: true }).last().click();
  for (let answer = 0; answer < ANSWERS; answer += 1) {
    await page.evaluate((tokens) => window.ask(tokens), TOKENS_EACH);
    if (isAskedAgain(answer)) await page.evaluate((tokens) => window.again(tokens), TOKENS_EACH);
    await page.mouse.move(200, 100 + answer);
    await page.mouse.wheel(0, -120);
    await page.mouse.wheel(0, 240);
    await page.waitForTimeout(LOOK_MS);
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
