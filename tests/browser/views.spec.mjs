// Every view there is, as everybody uses it; and what Screen, Erasures and Retention show.

import { GROUPS, VIEWS } from "../../collector/dashboard/views/index.js";
import { violations } from "./axe.mjs";
import { copied, filled } from "./filled.mjs";
import { hurried } from "./hand-made.mjs";
import { expect, test } from "./seeded.mjs";

test.describe.configure({ mode: "serial" });

const PHONE = 390;
const told = (value) => new Intl.NumberFormat("en").format(value);
const words = (name) => name.replaceAll("_", " ");

let build;
let publishable;

/** Somebody who is screened; and somebody who is forgotten, whose answer is in a build. */
test.beforeAll(async ({ seeded }) => {
  publishable = await seeded.newKey("--kind", "publishable");
  await hurried({ url: seeded.url, publishable });
  build = await filled({ url: seeded.url, key: seeded.key, publishable });
  const { job } = await seeded.post("/v1/subjects/u-1", undefined, "DELETE");
  await expect.poll(async () => (await seeded.get(`/v1/erasures/${job}`)).state).toBe("done");
});

async function open(page, seeded, view, title) {
  await page.goto(`${seeded.url}/#/${view}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
  await expect(page.locator('main .view[aria-busy="false"]')).toBeVisible();
}

const card = (page, name) => page.getByRole("region", { name, exact: true });
const tile = (page, name) => page.locator(".tile", { has: page.locator(`dt:text-is("${name}")`) }).locator("b");
const moment = (page, ms) => page.evaluate((ms) => new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" }).format(ms), ms);

test("the screen shows whom the API names, by rule", async ({ operator: page, seeded }) => {
  // What was found a while ago will do, and the next is worked out meanwhile.
  const path = "/v1/screen?limit=100&kept=true";
  await expect.poll(async () => (await seeded.get(path)).people).toBeGreaterThan(0);
  await open(page, seeded, "screen", "Screen");
  const answer = await seeded.get(path);
  await expect(tile(page, "People set aside")).toHaveText(told(answer.people));
  await expect(tile(page, "Their signals")).toHaveText(told(answer.signals));
  const rules = page.getByRole("list", { name: "People by rule" }).getByRole("listitem");
  await expect(rules).toHaveCount(Object.keys(answer.rules).length);
  for (const [rule, people] of Object.entries(answer.rules)) await expect(rules.filter({ hasText: words(rule) }).locator(".value")).toHaveText(told(people));
  const rows = page.getByRole("table", { name: "Screened people" }).locator("tbody tr");
  await expect(rows).toHaveCount(Math.min(100, answer.screened.length));
  for (const [index, { subject, broken, signals, outputs }] of answer.screened.slice(0, 5).entries()) {
    const row = rows.nth(index);
    await expect(row.locator("th")).toHaveText(subject);
    for (const { rule, detail } of broken) await expect(row).toContainText(`${words(rule)} ${detail}`);
    expect(await row.locator("td.number").allTextContents()).toEqual([told(signals), told(outputs)]);
  }
});

test("an erasure shows its steps and what is left to do elsewhere", async ({ operator: page, seeded }) => {
  await open(page, seeded, "erasures", "Erasures");
  const { erasures } = await seeded.get("/v1/erasures");
  const erasure = erasures.at(-1);
  expect(erasure.builds.map((one) => one.build)).toContain(build);
  const row = page.getByRole("row", { name: erasure.job });
  await expect(row.locator("td").first()).toHaveText(erasure.kind);
  await expect(row).toContainText(await moment(page, erasure.requested_at));
  await expect(row).toContainText(await moment(page, erasure.finished_at));
  const steps = row.locator("td").nth(4).getByRole("listitem");
  await expect(steps).toHaveCount(erasure.steps.length);
  for (const [index, { state, found = {} }] of erasure.steps.entries()) {
    await expect(steps.nth(index).locator(".pill")).toHaveText(state);
    for (const [name, many] of Object.entries(found)) await expect(steps.nth(index)).toContainText(`${told(many)} ${words(name)}`);
  }
  // Nothing of the person is on the page, and the build leads to itself.
  await expect(page.getByText("u-1", { exact: true })).toHaveCount(0);
  await row.getByRole("link", { name: build }).click();
  await expect(card(page, "Somebody in it was erased since")).toContainText(erasure.job);
});

test("retention shows what is kept, what goes next and what went", async ({ operator: page, seeded }) => {
  await open(page, seeded, "retention", "Retention");
  const [retention, { events }, { store }] = await Promise.all(["/v1/retention", "/v1/ledger?fates=false", "/readyz"].map((path) => seeded.get(path)));
  const { kept, gone, next, runs } = retention;
  await expect(tile(page, "Signals are kept")).toHaveText(`${told(kept.signals_days)} days`);
  await expect(tile(page, "Texts are kept")).toHaveText(`${told(kept.texts_days)} days`);
  await expect(tile(page, "Signals that went")).toHaveText(told(events.expired));
  await expect(page.getByText(`at ${await moment(page, next.at)}`)).toBeVisible();
  const line = page.getByRole("row", { name: /^Texts/ }).locator("td");
  await expect(line).toHaveText([`${kept.texts_days} days`, await moment(page, gone.texts_before), await moment(page, next.texts_before)]);
  await expect(page.locator("#store-bytes")).toContainText(`of ${store.max_bytes / 2 ** 30}.0 GiB`);
  expect(runs).toHaveLength(1);
  const run = card(page, "What went").locator("tbody tr");
  await expect(run.locator("td").first()).toHaveText("its age");
  await expect(run).toContainText(await moment(page, runs[0].texts_before));
});

/** What opens in some of the views. */
const OPENED = async (seeded) => {
  const { keys } = await seeded.get("/v1/keys");
  const { id } = keys.find(({ key }) => key === publishable);
  return [[`datasets/${build}`, "Datasets"], ["experiments/tone", "Experiments"], ["outputs/b-2", "Outputs"], [`keys/${id}`, "Keys"]];
};

/** What has to be pushed aside to be read; code may be as long as its lines are. */
const sideways = (page) => page.evaluate(() => [...document.querySelectorAll("#app *")]
  .filter((one) => !one.matches("pre, textarea, input") && /auto|scroll/.test(getComputedStyle(one).overflowX) && one.scrollWidth > one.clientWidth)
  .map((one) => one.ariaLabel ?? one.className));

/** Nothing is wider than the page, and at a phone nothing wider than its frame. */
async function fits(page, where) {
  // Plots are drawn anew.
  await expect.poll(() => page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth), where).toBeLessThanOrEqual(0);
  if (page.viewportSize().width === PHONE) await expect.poll(() => sideways(page), where).toEqual([]);
}

/** At one width nothing differs in the light but colours. */
const LOOKS = [[1280, "dark"], [PHONE, "dark"], [PHONE, "light", ["color-contrast"]]];

/** What is open is for everybody: light, dark, wide, at a phone. */
async function look(page, name) {
  for (const [width, colorScheme, rules] of LOOKS) {
    const where = `${name}, ${width} px, ${colorScheme}`;
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await fits(page, where);
    expect(await violations(page, rules), where).toEqual([]);
  }
}

async function lookAt(page, seeded, addresses) {
  for (const [view, title] of addresses) {
    await open(page, seeded, view, title);
    await expect(page.getByText("Asking …")).toHaveCount(0);
    await look(page, view);
    // The numbers of its plots.
    for (const button of await page.getByRole("button", { name: "Show as table" }).all()) await button.click();
    await fits(page, `${view}, plots as tables`);
  }
}

/** Lines for the live tail. */
async function arrive(page, seeded) {
  await open(page, seeded, "live", "Live signals");
  for (const key of [publishable, "pk_nobody"]) {
    const at = Date.now();
    const body = JSON.stringify({ v: 1, key, session: "9f3c000000000000000000000000000a", sent_at: at, events: [{ ...copied(0, "b-3"), at }] });
    await fetch(`${seeded.url}/c`, { method: "POST", body });
  }
}

for (const group of GROUPS) {
  test(`every view is for everybody: ${group}`, async ({ operator: page, seeded }) => {
    test.setTimeout(180_000);
    const views = VIEWS.filter((view) => view.group === group);
    if (views.some(({ name }) => name === "live")) await arrive(page, seeded);
    await lookAt(page, seeded, views.map(({ name, title }) => [name, title]));
  });
}

test("what opens in a view is for everybody, too", async ({ operator: page, seeded }) => {
  test.setTimeout(180_000);
  await lookAt(page, seeded, await OPENED(seeded));
});

test("what opens over a view is for everybody, too", async ({ operator: page, seeded }) => {
  await open(page, seeded, "keys", "Keys");
  await page.locator(".whose summary").click();
  await page.getByRole("button", { name: "Add another project" }).click();
  await look(page, "projects");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Menu" }).click();
  await expect(page.getByRole("navigation", { name: "Views" })).toBeVisible();
  await look(page, "menu");
  await page.getByRole("button", { name: "Menu" }).click();
  await page.getByRole("button", { name: /^Revoke / }).first().click();
  await look(page, "question");
});

test("a project nobody has sent anything to says what to do, for everybody", async ({ page, seeded }) => {
  const fresh = await seeded.newKey("--project", "fresh", "--scope", "read", "--scope", "admin");
  await page.setViewportSize({ width: PHONE, height: 900 });
  await page.emulateMedia({ colorScheme: "dark" });
  // The key was made a moment ago.
  await expect.poll(async () => (await fetch(`${seeded.url}/v1/keys`, { headers: { authorization: `Bearer ${fresh}` } })).status).toBe(200);
  await page.goto(`${seeded.url}/#key=${fresh}`);
  await page.locator("#board").waitFor();
  for (const { name, title } of VIEWS) {
    await open(page, seeded, name, title);
    await fits(page, name);
    expect(await page.locator("main .card:not(:has(*))").count(), name).toBe(0);
    expect(await page.locator("main :is(ul, ol, tbody):not(.lines):not(:has(li, tr))").count(), name).toBe(0);
  }
});
