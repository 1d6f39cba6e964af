// The dashboard over a simulated world: what it shows is what the API tells, at an address
// of its own, for everybody.

import { violations } from "./axe.mjs";
import { expect, test } from "./seeded.mjs";

/** The other views have tests of their own. */
const OWN = ["overview", "breakdown", "funnel", "guardrails", "ingest"];

const DAY_MS = 86_400_000;
const isoDay = (ms) => new Date(ms).toISOString().slice(0, 10);
const daysAgo = (days) => isoDay(Date.now() - days * DAY_MS);

/** Every label of it is mature: whoever reads it later reads the same. */
const RANGE = `since=${daysAgo(28)}&until=${daysAgo(10)}`;

const count = new Intl.NumberFormat("en");
const told = (value) => count.format(value);
const percent = (share) => `${(100 * share).toFixed(1)} %`;
const words = (name) => name.replaceAll("_", " ");

/** Opens a view; resolves when its data is there. */
async function open(page, seeded, view, query = RANGE) {
  await page.goto(`${seeded.url}/#/${view}?${query}`);
  await ready(page);
}

async function ready(page) {
  await expect(page.locator('main .view[aria-busy="false"]')).toBeVisible();
}

/** What the paths tell that the open view says it was made from. */
async function twins(page, seeded) {
  const paths = await page.locator("footer.api a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  return Promise.all(paths.map((path) => seeded.get(path)));
}

const rows = (page, name) => page.getByRole("list", { name }).locator("li").evaluateAll((items) =>
  items.map((item) => [item.querySelector(".name").textContent, item.querySelector(".value").textContent]));

const tile = (page, name) => page.locator(".tile", { has: page.locator(`dt:text-is("${name}")`) });

test("the overview shows what its twins tell", async ({ operator: page, seeded }) => {
  await open(page, seeded, "overview");
  const [{ rows: [row] }, , byDay] = await twins(page, seeded);
  expect(row.outputs).toBeGreaterThan(100);
  const { capture_rate: rate, reach, positive_rate: positive } = row.rates;
  await expect(page.locator("#capture-rate")).toHaveText(percent(rate.value));
  await expect(page.locator("#reach")).toHaveText(percent(reach.value));
  const now = page.getByRole("region", { name: "Capture rate" });
  await expect(now).toContainText(`${percent(rate.low)} – ${percent(rate.high)}`);
  await expect(now).toContainText(`n ${told(rate.groups)} conversations`);
  const tier = { none: "None", average: "Average", strong: "Strong", best_in_class: "Best in class" }[row.tier];
  await expect(now.locator(".pill")).toHaveText(tier);
  await expect(tile(page, "Outputs")).toContainText(`${told(row.seen)} seen, ${told(row.registered)} registered`);
  await expect(tile(page, "Positive").locator("b")).toHaveText(percent(positive.value));
  expect(await rows(page, "Labels by state")).toEqual(
    ["positive", "negative", "conflict", "neutral", "pending"].map((state) => [state, told(row.labels[state].mature + row.labels[state].immature)]));
  expect(Object.keys(row.labels)).toHaveLength(5);
  const reasons = row.reasons.slice(0, 10).map(({ rule, outputs }) => [rule.replaceAll("_", " "), told(outputs)]);
  expect(await rows(page, "Labels by reason")).toEqual(reasons);
  // The trend, by its table.
  await now.getByRole("button", { name: "Show as table" }).first().click();
  const days = byDay.rows.filter(({ rates }) => rates.capture_rate).map(({ rates }) => percent(rates.capture_rate.value).replace(/\.\d/, ""));
  const drawn = await now.getByRole("table").locator("td").allTextContents();
  expect(drawn.filter((text) => text !== "–").map((text) => text.split(" (")[0])).toHaveLength(days.length);
});

test("the breakdown shows, sorts and filters what its twins tell", async ({ operator: page, seeded }) => {
  await open(page, seeded, "breakdown");
  const [models, versions] = await twins(page, seeded);
  const table = page.getByRole("table", { name: "By model" });
  const names = () => table.locator("tbody th").allTextContents();
  const expected = (rows) => rows.map(({ slice }) => slice ?? "not named");
  expect(await names()).toEqual(expected(models.rows));
  expect(models.rows.length).toBeGreaterThan(1);
  for (const row of models.rows) {
    const line = table.getByRole("row").filter({ has: page.getByRole("rowheader", { name: row.slice ?? "not named", exact: true }) });
    await expect(line).toContainText(told(row.outputs));
    const { capture_rate: rate } = row.rates;
    await expect(line.locator("td").nth(1)).toHaveText(told(rate?.groups ?? 0));
    if (rate?.low) await expect(line.locator("td").nth(2)).toContainText(`${(100 * rate.low).toFixed(1)} – ${percent(rate.high)}`);
  }
  expect(await page.getByRole("table", { name: "By prompt version" }).locator("tbody th").allTextContents()).toEqual(expected(versions.rows));

  await table.getByRole("button", { name: "Negative" }).click();
  const by = ({ rates }) => rates.negative_rate?.value ?? -1;
  await expect.poll(names).toEqual(expected(models.rows.toSorted((a, b) => by(b) - by(a))));
  await expect(table.getByRole("columnheader", { name: "Negative" })).toHaveAttribute("aria-sort", "descending");
  expect(page.url()).toContain("sort=-negative_rate");

  const [{ slice }] = models.rows;
  await table.getByRole("link", { name: slice }).click();
  await expect.poll(names).toEqual([`${slice} show all`]);
  await expect(page.getByRole("combobox", { name: "Model" })).toHaveValue(slice);
  // The filter goes along.
  await page.getByRole("link", { name: "Funnel" }).click();
  await ready(page);
  const [{ rows: [filtered] }] = await twins(page, seeded);
  expect(filtered.outputs).toBe(models.rows[0].outputs);
});

test("the funnel shows what its twin tells", async ({ operator: page, seeded }) => {
  await open(page, seeded, "funnel");
  const [{ rows: [{ funnel, regenerations, edit_depth }] }] = await twins(page, seeded);
  const steps = await page.locator(".funnel-value b").allTextContents();
  expect(steps).toEqual([funnel.shown, funnel.read, funnel.used, funnel.kept, funnel.survived].map(told));
  await expect(page.locator(".funnel li").nth(2)).toContainText(`${percent(funnel.used / funnel.read)} of read`);
  await expect(page.locator(".funnel li").last()).toContainText(`${percent(funnel.survived / funnel.looked_at)} of ${told(funnel.looked_at)} looked at`);
  expect((await rows(page, "Turns by regenerations")).map(([, value]) => value)).toEqual(regenerations.map(told));
  expect((await rows(page, "Edited outputs by share changed")).map(([, value]) => value)).toEqual(edit_depth.map(told));
});

test("guardrails show the latest comparison of every pair", async ({ operator: page, seeded }) => {
  await open(page, seeded, "guardrails");
  const [{ findings }] = await twins(page, seeded);
  const latest = new Map(findings.map((finding) => [`${finding.metric}~${finding.guard}`, finding]));
  expect(latest.size).toBeGreaterThan(5);
  for (const [name, verdict] of [["Suspicious", "suspicious"], ["Unclear", "unclear"], ["In order", "ok"]]) {
    const there = [...latest.values()].filter((finding) => finding.verdict === verdict).length;
    await expect(tile(page, name).locator("b")).toHaveText(told(there));
  }
  const table = page.getByRole("table", { name: "Pairs of a metric and its guard" });
  await expect(table.locator("tbody tr")).toHaveCount(latest.size);
  const pair = latest.get("use_rate~survival");
  await table.getByRole("link", { name: "Use rate ↔ survival" }).click();
  const shown = page.getByRole("region", { name: "The pair" });
  await expect(shown.getByRole("heading")).toHaveText("Use rate ↔ survival");
  await expect(shown).toContainText(words(pair.evidence));
});

test("ingest shows books that balance", async ({ operator: page, seeded }) => {
  await open(page, seeded, "ingest", "");
  // readyz needs no key.
  const [, { batches, events }, { rows: [{ fates }] }] = await twins(page, seeded);
  const cell = (region, name) => page.getByRole("region", { name: region }).getByRole("row", { name }).locator("td").first();
  await expect(cell("Batches", "received")).toHaveText(told(batches.received));
  await expect(cell("Signals", "stored")).toHaveText(told(events.stored));
  await expect(page.getByText("the sum balances")).toHaveCount(2);
  expect(fates).toEqual((await seeded.get("/v1/ledger")).fates);
  await expect.poll(() => rows(page, "Stored signals by fate")).toEqual(
    Object.entries(fates).map(([name, value]) => [name.replaceAll("_", " "), told(value)]));
});

/** What a view shows but for the time that passes. */
const content = (page) => page.locator("main").evaluate((main) => main.innerText.replaceAll(/\d+ (ms|s|min) ago|Signals a second\s+\S+\s+[^\n]+/g, ""));

test("an address opens its view again, for everybody", async ({ operator: page, seeded }) => {
  for (const name of OWN) {
    await open(page, seeded, name);
    const before = await content(page);
    const address = page.url();
    await page.reload();
    await ready(page);
    expect(page.url(), name).toBe(address);
    await expect.poll(() => content(page), name).toBe(before);
  }
});

test("signing in is for everybody, too", async ({ page, seeded }) => {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${seeded.url}/`);
    await expect(page.getByLabel("Secret key of a project")).toBeFocused();
    expect(await violations(page), colorScheme).toEqual([]);
  }
});

test("the keyboard reaches everything, and skips what is on every view", async ({ operator: page, seeded }) => {
  await open(page, seeded, "overview");
  await page.locator("body").focus();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  const address = page.url();
  await page.keyboard.press("Enter");
  await expect(page.locator("main")).toBeFocused();
  expect(page.url()).toBe(address);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("combobox", { name: "Model" })).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  const range = page.getByRole("combobox", { name: "Range" });
  await expect(range).toBeFocused();
  // Days that were chosen are in the fields; the last is among them.
  await expect(page.getByLabel("To", { exact: true })).toHaveValue(daysAgo(11));
  await page.keyboard.press("Home");
  await expect(range).toHaveValue("24h");
  await expect.poll(() => page.url()).toContain("since=24h");
  await ready(page);
  await page.keyboard.press("End");
  await expect(page.getByLabel("From", { exact: true })).toBeFocused();
  await page.getByLabel("From", { exact: true }).fill(daysAgo(9));
  await page.getByLabel("To", { exact: true }).fill(daysAgo(10));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toHaveText("The last day is before the first.");
  await page.getByLabel("To", { exact: true }).fill(daysAgo(8));
  await page.keyboard.press("Enter");
  await expect.poll(() => page.url()).toContain(`since=${daysAgo(9)}&until=${daysAgo(7)}`);
  // A view that was gone to is where reading goes on.
  await page.getByRole("link", { name: "Funnel" }).press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Funnel" })).toBeFocused();
});

test("what the API refuses is told, and asked again", async ({ operator: page, seeded }) => {
  const problem = { title: "The store is failing", detail: "the disk is on fire", code: "store_failing", retryable: true };
  await page.route("**/v1/rollups?*", (route) => route.fulfill({ status: 500, contentType: "application/problem+json", body: JSON.stringify(problem) }));
  await page.goto(`${seeded.url}/#/funnel?${RANGE}`);
  const alert = page.getByRole("alert");
  await expect(alert).toContainText("the disk is on fire");
  await expect(alert).toContainText("500 · store_failing");
  await page.unroute("**/v1/rollups?*");
  await alert.getByRole("button", { name: "Try again" }).click();
  await ready(page);
  await expect(alert).toBeHidden();
});

test("a view that throws, or cannot be had, leaves the frame standing", async ({ operator: page, seeded }) => {
  const script = (body) => (route) => route.fulfill({ contentType: "text/javascript", body });
  await page.route("**/page/views/funnel.js", script('export const View = () => { throw new Error("no such step"); };'));
  await page.route("**/page/views/breakdown.js", (route) => route.abort());
  await page.goto(`${seeded.url}/#/funnel`);
  await expect(page.getByRole("alert")).toContainText("no such step");
  await page.getByRole("link", { name: "Breakdown" }).click();
  await expect(page.getByRole("alert")).toContainText("could not be loaded");
  await page.getByRole("link", { name: "Ingest health" }).click();
  await ready(page);
  await page.goto(`${seeded.url}/#/nothing`);
  await expect(page.getByText("There is no view of this name.")).toBeVisible();
});

test("a name somebody chose is text, wherever it is shown", async ({ operator: page, seeded }) => {
  const name = '<img src=x onerror="window.hit=1">\'"${1}</script>';
  const at = Date.now() - 12 * DAY_MS;
  const output = { id: "o-hostile", model: name, prompt_version: name, created_at: at, input: [{ role: "user", content: "?" }], output: "!" };
  await seeded.post("/v1/outputs", output);
  await open(page, seeded, "breakdown", `${RANGE}&model=${encodeURIComponent(name)}`);
  const link = page.getByRole("table", { name: "By prompt version" }).getByRole("link", { name });
  await expect(link).toHaveText(name);
  await link.click();
  await expect(page.getByRole("combobox", { name: "Prompt version" })).toHaveValue(name);
  await page.getByRole("link", { name: "Overview", exact: true }).click();
  await ready(page);
  expect(await page.evaluate(() => window.hit)).toBeUndefined();
  expect(await page.locator("#app img").count()).toBe(0);
});

test("nothing is asked while nobody looks", async ({ page, seeded }) => {
  await page.clock.install();
  await page.goto(`${seeded.url}/#key=${seeded.key}`);
  await ready(page);
  const asked = [];
  let open = 0;
  page.on("request", (request) => asked.push(new URL(request.url()).pathname) && (open += 1));
  page.on("requestfinished", () => (open -= 1));
  const look = (state) => page.evaluate((state) => {
    Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, state);
  await page.clock.runFor(6_000);
  await expect.poll(() => [asked.includes("/v1/rollups"), open]).toEqual([true, 0]);
  await look("hidden");
  asked.length = 0;
  await page.clock.runFor(600_000);
  expect(asked).toEqual([]);
  await look("visible");
  await expect.poll(() => asked).toContain("/v1/rollups");
});
