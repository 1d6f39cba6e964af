// A module that fails, at any moment and in any way, is off the page at once;
// the page notices nothing, and what was recorded still arrives.

import { expect, test } from "./house.mjs";
import { countHooks, sabotage } from "./sabotage.mjs";

const NOTHING = { listeners: [], observers: 0, timers: 0, patches: [] };

test.beforeEach(async ({ page }) => {
  await page.addInitScript(sabotage);
  await page.addInitScript(countHooks);
  await page.addInitScript(() => {
    window.errors = [];
    window.tacitOptions = { flushAfterMs: 60_000, onError: (error) => window.errors.push(error) };
    for (const event of ["error", "unhandledrejection"]) addEventListener(event, (e) => window.errors.push(`page: ${e.message ?? e.reason}`));
  });
});

async function open(page, site) {
  await page.goto(site.url("answers"));
  await page.waitForFunction(() => window.sabotage.entered > 0 || window.errors.length > 0);
}

/** Lets an act of a person meet the failure. */
async function fail(page, how) {
  await page.evaluate((how) => Object.assign(window.sabotage, { how, failAt: window.sabotage.imports + 1 }), how);
  await page.mouse.move(100, 100);
  await page.mouse.move(120, 120);
  await page.waitForFunction(() => window.sabotage.failed);
}

async function expectRetired(page, code = "capture_failed") {
  await page.waitForFunction(() => window.errors.length > 0);
  expect(await page.evaluate(() => window.hooks())).toEqual(NOTHING);
  // The page is used on.
  await page.locator("#one").click({ clickCount: 3 });
  await page.keyboard.press("Control+c");
  await page.locator("#note").fill("The page works.");
  await page.evaluate(async () => {
    const output = document.createElement("div");
    output.dataset.aiOutput = "o-late";
    output.textContent = "A late answer.";
    document.body.append(output);
    await navigator.clipboard.writeText("a copy by the page");
    window.tacit.signal("o-first", "accepted", { via: "test" });
    window.tacit.consent("granted");
    await window.tacit.flush();
  });
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("a copy by the page");
  const { errors, entered } = await page.evaluate(() => ({ errors: window.errors, entered: window.sabotage.enteredAfter }));
  expect(errors).toHaveLength(1);
  expect(errors[0].code).toBe(code);
  expect(entered).toBe(0);
}

for (const how of ["trap", "throw"]) {
  test(`a ${how} takes everything off, is told once, and loses nothing that was recorded`, async ({ page, site, house }) => {
    await open(page, site);
    await page.waitForFunction(() => window.hooks().listeners.length > 10 && window.hooks().patches.length > 0);
    await page.evaluate(() => {
      window.tacit.signal("o-first", "dismissed", { via: "one" });
      window.tacit.signal("o-first", "shared", { via: "two" });
    });
    await fail(page, how);
    await expectRetired(page);
    // Nothing was sent before: the flush is a minute away.
    expect((await house.signals("o-first", "dismissed"))[0].via).toBe("one");
    expect((await house.signals("o-first", "shared"))[0].via).toBe("two");
    expect(await page.evaluate(() => window.errors[0].message)).toMatch(how === "trap" ? /RuntimeError: unreachable/ : /an import throws/);
  });
}

test("a failure at any call on the way leaves nothing behind", async ({ page, site }) => {
  test.setTimeout(180_000);
  for (const failAt of [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 120, 150]) {
    await page.addInitScript((failAt) => Object.assign(window.sabotage, { failAt, how: failAt % 2 ? "trap" : "throw" }), failAt);
    await open(page, site);
    await page.mouse.move(50 + failAt, 60);
    await page.waitForFunction(() => window.sabotage.failed || window.sabotage.imports > 0);
    while (!(await page.evaluate(() => window.sabotage.failed))) await page.mouse.move(Math.random() * 300, 100);
    // The first is made while the module is set up, before capture begins.
    const code = failAt === 1 ? "capture_unavailable" : "capture_failed";
    await test.step(`the import's call ${failAt}`, () => expectRetired(page, code));
  }
});

test("stop takes off every listener, observer and timer, and start puts them on again", async ({ page, site, house }) => {
  await open(page, site);
  await house.find("o-first");
  await page.waitForFunction(() => window.hooks().patches.length > 0);
  await page.locator("#note").click();
  await page.keyboard.type("typed");
  const before = await page.evaluate(() => window.hooks());
  expect(before.listeners.length).toBeGreaterThan(15);
  expect(before.observers).toBeGreaterThanOrEqual(2);
  expect(before.timers).toBeGreaterThan(0);
  await page.evaluate(() => window.tacit.stop());
  expect(await page.evaluate(() => window.hooks())).toEqual(NOTHING);
  // Nothing comes back by itself.
  await page.mouse.move(10, 10);
  await page.locator("#note").fill("more");
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1_500)));
  expect(await page.evaluate(() => window.hooks())).toEqual(NOTHING);
  expect(await page.evaluate(() => window.errors)).toEqual([]);
});
