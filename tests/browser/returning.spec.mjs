// Pages that are left and come back from the back/forward cache.

import config from "../playwright.config.mjs";
import { expect, test } from "./house.mjs";

// Playwright switches the cache off.
test.use({ launchOptions: { ...config.use.launchOptions, ignoreDefaultArgs: ["--disable-back-forward-cache"] } });

const session = ({ id }) => id.split(":")[0];

async function of(house, id, wanted) {
  return (await house.find(id))?.signals.filter(({ kind }) => kind === wanted) ?? [];
}

/** To another page, and back into the one that was kept. */
async function leaveAndReturn(page, site, whileAway = async () => {}) {
  await page.evaluate(() => addEventListener("pageshow", ({ persisted }) => (window.restored = persisted)));
  await page.goto(site.url("answers").replace("answers", "none"), { waitUntil: "commit" });
  await whileAway();
  await page.goBack({ waitUntil: "commit" });
  await expect.poll(() => page.evaluate(() => window.restored)).toBe(true);
}

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
