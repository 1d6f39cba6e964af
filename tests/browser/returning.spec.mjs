// Pages that are left and come back from the back/forward cache.

import config from "../playwright.config.mjs";
import { expect, test } from "./house.mjs";
import { editsAreFollowed } from "./person.mjs";

// Playwright switches the cache off.
test.use({ launchOptions: { ...config.use.launchOptions, ignoreDefaultArgs: ["--disable-back-forward-cache"] } });

const session = ({ id }) => id.split(":")[0];

async function of(house, id, wanted) {
  return (await house.find(id))?.signals.filter(({ kind }) => kind === wanted) ?? [];
}

/** To another page, and back into the one that was kept. */
async function leaveAndReturn(page, site, whileAway = async () => {}) {
  await page.evaluate(() => addEventListener("pageshow", ({ persisted }) => (window.restored = persisted)));
  // All of it: the browser that goes back from half a page sometimes knows no history.
  await page.goto(site.url("reading"));
  await whileAway();
  await page.goBack({ waitUntil: "commit" });
  await expect.poll(() => page.evaluate(() => window.restored)).toBe(true);
}

test("a page that comes back goes on reading: same session, nothing twice, no time for being away", async ({ page, site, house }) => {
  await page.goto(site.url("reading", { show: "plain" }));
  await house.signals("o-1", "shown");
  await page.mouse.move(20, 20);
  let told;
  await leaveAndReturn(page, site, async () => {
    await house.signals("o-1", "dwell");
    await page.waitForTimeout(4_000);
    told = await of(house, "o-1", "dwell");
  });
  await page.mouse.move(30, 30);
  await expect.poll(async () => (await of(house, "o-1", "dwell")).length).toBeGreaterThan(told.length);
  const hidden = told.at(-1);
  const next = (await of(house, "o-1", "dwell"))[told.length];
  expect(session(next)).toBe(session(hidden));
  expect(next.active_ms - hidden.active_ms).toBeLessThanOrEqual(next.at - hidden.at - 3_500);
  expect(await of(house, "o-1", "shown")).toHaveLength(1);
  await page.evaluate(() => window.tacit.flush());
  const { signals } = await house.output("o-1");
  expect(new Set(signals.map(({ id }) => id)).size).toBe(signals.length);
});

test("an edit that is left is told, and goes on when the page comes back", async ({ page, site, house }) => {
  await page.goto(site.url("answers"));
  await house.signals("o-first", "shown");
  await page.locator("#note").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" One more.");
  await editsAreFollowed(page);
  let away;
  await leaveAndReturn(page, site, async () => {
    [away] = await house.signals("o-first", "edited");
  });
  expect(away).toMatchObject({ inserted: 10, deleted: 0 });
  await page.locator("#note").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" And more.");
  await expect.poll(async () => (await of(house, "o-first", "edited")).at(-1)).toMatchObject({ inserted: 20, deleted: 0 });
});

test("an answer that is left while it grows says nothing of its depth", async ({ page, site, house }) => {
  await page.goto(site.url("reading", { show: "growing" }));
  await page.waitForFunction(() => window.tacit);
  await expect.poll(() => page.evaluate(() => document.querySelector("[data-ai-output]").textContent.length)).toBeGreaterThan(300);
  await page.mouse.move(20, 20);
  await page.waitForTimeout(700);
  await page.goto("about:blank");
  const [dwell] = await house.signals("o-1", "dwell");
  expect(dwell.active_ms).toBeGreaterThan(200);
  expect(dwell.read_share).toBe(0);
  expect(await of(house, "o-1", "shown")).toEqual([]);
});

test("a page that keeps signals on the device is kept, too, and goes on as the same session", async ({ page, site, house }) => {
  await page.goto(site.url("visits", { visit: "v-back", attributes: 'data-storage="local"' }));
  await page.waitForFunction(() => window.tacit && window.act);
  await page.evaluate(() => window.act([0, 0]));
  const keeps = () => page.evaluate(async () => (await navigator.locks.query()).held.length);
  await expect.poll(keeps).toBe(1);
  await leaveAndReturn(page, site);
  await page.evaluate(() => window.act([0, 0]));
  const accepted = await house.signals("v-back", "accepted", 4);
  expect(new Set(accepted.map(session)).size).toBe(1);
  await expect.poll(keeps).toBe(1);
});
