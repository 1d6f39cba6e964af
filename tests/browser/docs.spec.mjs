// The documentation as a person reads it: at every width, in light and dark, with the keyboard,
// without a script.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { root } from "../../capture-wasm/build/tools.mjs";
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

const PAGES = readdirSync(join(root, "demo-site/docs"))
  .filter((name) => name.endsWith(".md"))
  .map((name) => (name === "README.md" ? "/docs/" : `/docs/${name.replace(".md", "")}`));

async function goto(page, path) {
  const answer = await page.goto(url + path);
  expect(answer.status(), path).toBe(200);
  await page.waitForSelector("html.scripted");
}

const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

/** Tables that have to be pushed aside to be read. */
const broad = (page) => page.evaluate(() => [...document.querySelectorAll(".text .table")].filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.innerText.slice(0, 40)));

/** Each page is accessible and fits, in light and dark. */
async function look(browser, viewport, paths) {
  const page = await browser.newPage({ viewport, reducedMotion: "reduce" });
  for (const path of paths) {
    await page.emulateMedia({ colorScheme: "light" });
    await goto(page, path);
    expect(await violations(page), path).toEqual([]);
    expect(await overflow(page), path).toBe(0);
    if (viewport.width < 480) expect(await broad(page), path).toEqual([]);
    // Nothing else differs.
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await violations(page, ["color-contrast"]), `${path}, dark`).toEqual([]);
  }
  await page.close();
}

/** So many pages in one test take a while on a busy machine. */
const SOME = 8;
const ALL = [...PAGES, "/docs/source/collector/worlds"];

for (let first = 0; first < ALL.length; first += SOME) {
  const some = ALL.slice(first, first + SOME);
  test(`pages are accessible and fit a phone, in light and dark: ${some[0]} to ${some.at(-1)}`, async ({ browser }) => {
    test.setTimeout(120_000);
    await look(browser, { width: 390, height: 800 }, some);
  });
}

test("pages are accessible and fit where there is room", async ({ browser }) => {
  await look(browser, { width: 1400, height: 900 }, ["/docs/", "/docs/integrate", "/docs/signals"]);
});

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
