// What there is to look at, and how each comes to be shown: every view and what opens in some of
// them, the demo and two pages of documentation.

import { join } from "node:path";
import { chromium, expect } from "@playwright/test";
import { findChromium } from "../../capture-wasm/build/chromium.mjs";
import { VIEWS } from "../../collector/dashboard/views/index.js";
import { HAND_MADE, refused } from "./furnished.mjs";

const SIZES = { wide: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const THEMES = ["light", "dark"];
/** A readout of everything there is takes long where the machine is busy. */
const PATIENCE = { timeout: 60_000 };

/** Pictures into `out` of those whose names `isWanted`; the names of those that could not be taken. */
export async function take(told, out, isWanted) {
  const browser = await chromium.launch({ executablePath: findChromium() ?? undefined, args: ["--no-sandbox", "--disable-gpu"] });
  const failed = [];
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of THEMES) {
      const context = await browser.newContext({ viewport, colorScheme, reducedMotion: "reduce", permissions: ["clipboard-read", "clipboard-write"] });
      await signIn(context, told);
      for (const [picture, show] of pictures(told)) {
        const name = `${picture}-${size}-${colorScheme}`;
        if (!isWanted(name)) continue;
        const page = await context.newPage();
        try {
          await show(page, told);
          await page.evaluate(() => scrollTo(0, 0));
          await page.screenshot({ path: join(out, `${name}.png`), fullPage: true });
          console.log(name, await page.evaluate(wider));
        } catch (error) {
          failed.push(name);
          console.error(`${name}: ${error.message}`);
        }
        await page.close();
      }
      await context.close();
    }
  }
  await browser.close();
  return failed;
}

/** How much wider than the screen a page is, and what reaches out. */
function wider() {
  const by = document.scrollingElement.scrollWidth - innerWidth;
  if (by <= 0) return "";
  const out = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth);
  return `is ${by} px wider than the screen: ${out.map(({ tagName, id, className }) => `${tagName}#${id}.${className}`).slice(0, 5).join(" ")}`;
}

/** To all projects. */
async function signIn(context, { house, others }) {
  for (const key of [...Object.values(others), house.secret]) {
    const page = await context.newPage();
    await page.goto(`${house.url}/#key=${key}`);
    await page.locator("#board").waitFor();
    await page.close();
  }
}

async function open(page, { house }, view, project = "dev") {
  await page.goto(`${house.url}/#/${view}${view.includes("?") ? "&" : "?"}project=${project}`);
  await settled(page);
}

async function settled(page) {
  await page.locator('main .view[aria-busy="false"]').waitFor();
  await expect(page.getByText(/^Asking /)).toHaveCount(0, PATIENCE);
  await page.evaluate(() => document.fonts.ready);
}

/** `[name, how it comes to be shown]` of every picture. */
function pictures({ build, keys }) {
  const view = (name, address = name, then = async () => {}, project) => [name, async (page, told) => {
    await open(page, told, address, project);
    await then(page, told);
  }];
  return [
    ...VIEWS.map(({ name }) => view(name)),
    view("overview-filtered", "overview?model=m-large&since=7d"),
    view("overview-table", "overview", (page) => page.getByRole("button", { name: "Show as table" }).first().click()),
    view("outputs-negative", "outputs?state=negative&since=90d"),
    view("outputs-none", "outputs?q=nobody+wrote+this"),
    view("output", `outputs/${HAND_MADE.id}`, async (page) => {
      await page.getByText(/rules did not fire/).click();
      const area = page.getByLabel(/^Policy/);
      await area.fill((await area.inputValue()).replace("decide = 2.0", "decide = 3.5"));
      await page.getByRole("button", { name: "Preview" }).click();
      await page.locator("#sampled").waitFor();
    }),
    view("output-bare", "outputs/without-text"),
    view("build", `datasets/${build}`),
    view("experiment", "experiments/tone"),
    view("experiment-early", "experiments/tone", undefined, "shop"),
    view("guardrails-pair", "guardrails?by=prompt_version"),
    view("key", `keys/${keys.bound}`),
    view("key-all", "keys", (page) => page.getByRole("button", { name: /Show ended and revoked/ }).click()),
    view("key-ask", "keys", (page) => page.getByRole("button", { name: /^Rotate / }).first().click()),
    view("live-lines", "live", async (page, { house, publishable }) => {
      await refused(house, publishable);
      await page.locator("tr[data-outcome=refused]").first().waitFor();
    }),
    view("projects", "overview", (page) => page.locator(".whose summary").click()),
    ...VIEWS.map(({ name }) => view(`empty-${name}`, name, undefined, "fresh")),
    ["no-view", async (page, { house }) => {
      await page.goto(`${house.url}/#/nothing`);
      await page.getByText("There is no view of this name").waitFor();
    }],
    ["error", async (page, told) => {
      const problem = { title: "The store is failing", detail: "The disk of the store is full: 0 bytes are free.", code: "store_failing", retryable: true };
      await page.route("**/v1/rollups?*", (route) => route.fulfill({ status: 500, contentType: "application/problem+json", body: JSON.stringify(problem) }));
      await page.goto(`${told.house.url}/#/funnel?project=dev`);
      await page.getByRole("alert").waitFor();
    }],
    ["sign-in", async (page, { house }) => {
      await page.context().clearCookies();
      await page.goto(`${house.url}/`);
      await page.getByLabel("Secret key of a project").fill("sk_nobody");
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page.getByRole("alert")).not.toBeEmpty();
    }],
    ...["plain", "shadow", "rich"].map((ui) => [`demo-${ui}`, async (page, { house }) => {
      await page.goto(`${house.demo}?ui=${ui}`);
      await page.getByText("Plan dinners").click();
      await page.locator('article[data-state="done"]').waitFor();
    }]),
    ["demo-tour", async (page, { house }) => {
      await page.goto(house.demo);
      await page.getByRole("button", { name: "Take the two-minute tour" }).click();
      await page.getByText("Plan dinners").click();
      await page.getByRole("button", { name: "Next", exact: true }).click();
    }],
    ["demo-start", (page, { house }) => page.goto(house.demo)],
    ["demo-edit", async (page, { house }) => {
      await page.goto(`${house.demo}?ui=rich`);
      await page.getByText("Plan dinners").click();
      await page.locator('article[data-state="done"]').waitFor();
      await page.getByRole("button", { name: "Edit", exact: true }).click();
    }],
    ["docs-index", (page, { house }) => page.goto(`${house.demo}docs/`)],
    ["docs-dashboard", (page, { house }) => page.goto(`${house.demo}docs/dashboard`)],
  ];
}
