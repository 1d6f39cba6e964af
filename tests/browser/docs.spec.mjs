// The documentation as a person reads it: at every width, in light and dark, with the keyboard,
// without a script.

import { expect, test } from "@playwright/test";
import { createSite } from "../../demo-site/server/site.mjs";
import { violations } from "./axe.mjs";

let site;
let url;

test.beforeAll(async () => {
  site = createSite({ tacitUrl: "http://127.0.0.1:1", publishableKey: "", secretKey: "" });
  await new Promise((listening) => site.server.listen(0, "127.0.0.1", listening));
  url = `http://127.0.0.1:${site.server.address().port}`;
});
test.afterAll(() => site.close());

for (const [name, viewport, colorScheme] of [
  ["wide, light", { width: 1400, height: 900 }, "light"],
  ["wide, dark", { width: 1400, height: 900 }, "dark"],
  ["a phone", { width: 390, height: 800 }, "light"],
]) {
  test(`pages are accessible and fit: ${name}`, async ({ browser }) => {
    const page = await browser.newPage({ viewport, colorScheme });
    for (const path of ["/docs/", "/docs/experiments", "/docs/integrate", "/docs/register", "/docs/signals", "/docs/source/collector/worlds"]) {
      await page.goto(url + path);
      await page.waitForSelector("html.scripted");
      expect(await violations(page), path).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), path).toBe(0);
    }
    await page.close();
  });
}

test("the search is opened, used and left with the keyboard", async ({ page }) => {
  await page.goto(`${url}/docs/`);
  await page.waitForSelector("html.scripted");
  await page.keyboard.press("/");
  await page.keyboard.type("guardr");
  await expect(page.getByRole("option").first()).toContainText("guardrail", { ignoreCase: true });
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press("ArrowDown");
  const second = page.getByRole("option").nth(1);
  await expect(second).toHaveAttribute("aria-selected", "true");
  const title = await second.locator("strong").textContent();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/docs\/[a-z-]+/);
  expect(await page.locator("h1, h2, h3, h4").allTextContents().then((all) => all.join("\n"))).toContain(title.split(" › ").at(-1));

  await page.keyboard.press("/");
  await page.keyboard.type("zzzz");
  await expect(page.getByRole("status")).toHaveText("Nothing on “zzzz”.");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
});

test("code is copied as it stands", async ({ browser }) => {
  const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  await page.goto(`${url}/docs/integrate`);
  const block = page.locator("figure.code").first();
  await block.hover();
  await block.getByRole("button", { name: "Copy" }).click();
  await expect(block.getByRole("button")).toHaveAttribute("data-tip", "Copied");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await block.locator("code").textContent());
  await context.close();
});

test("without a script everything but the search is there", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 800 } });
  const page = await context.newPage();
  await page.goto(`${url}/docs/`);
  await expect(page.getByRole("button", { name: "Search" })).toBeHidden();
  await page.getByText("Pages", { exact: true }).click();
  await page.getByRole("link", { name: "Erasure" }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Erasure");
  await context.close();
});
