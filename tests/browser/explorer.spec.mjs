// The explorer on a store that the simulator filled: what stands on the page is what the
// API says, whatever people wrote is text, and a policy is tried before it holds.

import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { test } from "@playwright/test";
import { root } from "../../capture-wasm/build/tools.mjs";
import { violations } from "./axe.mjs";
import { worked } from "./hand-made.mjs";
import { expect, House } from "./house.mjs";

const run = promisify(execFile);
const TACIT = process.env.TACIT_BIN;
const ID = "hand/made%41_<b>1</b>?";
const HOSTILE = `<img src=x onerror="window.pwned=1">"'&lt;script>alert(1)</script>`;
const EDITED = `Our shop opens at nine on weekdays. <i>${HOSTILE}</i> Yours, Ann`;
const ANSWER = `Our shop opens at ten on weekdays. ${HOSTILE} Yours, Ann`;

let house;

test.describe.configure({ mode: "serial" });

test.beforeAll(async () => {
  house = await House.open(4);
  await house.collector.stop();
  const keys = ["keys", "create", "--data", house.data, "--project", "dev", "--kind", "publishable", "--content", "edits", "--json"];
  await run(TACIT, keys);
  await run(TACIT, ["simulate", "--data", house.data, "--project", "dev", "--signals", "1500", "--days", "9", "--json"]);
  await house.startCollector();
  const { url, secret: key, publishable } = house;
  await worked({ url, key, publishable }, { id: ID, asked: `When do you open? ${HOSTILE}`, answer: ANSWER, edited: EDITED });
});

test.afterAll(() => house.close());

async function post(path, body, headers = {}) {
  const response = await fetch(`${house.url}${path}`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });
  if (response.status >= 300) throw new Error(`${path}: ${response.status} ${await response.text()}`);
}

/** Signed in, at a view. */
async function open(page, view) {
  await page.goto(`${house.url}/#key=${house.secret}`);
  await expect(page.locator("#board")).toBeVisible();
  await page.goto(`${house.url}/#/${view}`);
}

const told = async (path) => (await house.get(path)).json();
const one = (id = ID) => told(`/v1/outputs/${encodeURIComponent(id)}?explain=true`);
const rows = (page) => page.locator("table.outputs tbody tr");
const idsOf = (page) => page.locator("table.outputs tbody th").allInnerTexts();

test("the list says what the API says, narrowed by filters that stand in the address", async ({ page }) => {
  await open(page, "outputs?since=90d");
  const { outputs } = await told("/v1/outputs?limit=50");
  await expect(rows(page)).toHaveCount(outputs.length);
  const ids = await idsOf(page);
  for (const [index, { id, label, kinds, model }] of outputs.entries()) {
    expect(ids[index]).toContain(id);
    if (index > 4) continue;
    const row = rows(page).nth(index);
    await expect(row.locator("td").nth(0)).toContainText(`${label.state} ${label.score}`);
    for (const [kind, count] of Object.entries(kinds)) await expect(row).toContainText(`${kind.replaceAll("_", " ")} ${count}`);
    if (model) await expect(row).toContainText(model);
  }

  await page.getByLabel("Label").selectOption("negative");
  await expect(page).toHaveURL(/state=negative/);
  const negative = await told("/v1/outputs?state=negative&limit=50");
  expect(negative.outputs.length).toBeGreaterThan(2);
  await expect(rows(page)).toHaveCount(negative.outputs.length);
  await page.getByLabel("Signal").selectOption("regenerated");
  const both = await told("/v1/outputs?state=negative&kind=regenerated&limit=50");
  await expect(rows(page)).toHaveCount(both.outputs.length);
  const chips = page.getByRole("list", { name: "Filters that hold" });
  await expect(chips.getByRole("listitem")).toHaveText([/Label: negative/, /Signal: regenerated/]);
  await chips.getByRole("button", { name: /Label: negative/ }).click();
  await expect(page).not.toHaveURL(/state=/);
  await page.goBack();
  await expect(rows(page)).toHaveCount(both.outputs.length);

  // A filter of somebody who sent the address, and words as they are typed.
  await page.goto(`${house.url}/#/outputs?since=90d`);
  const search = page.getByLabel("Words in prompt or answer");
  await search.pressSequentially("SHOP opens");
  await expect(rows(page)).toHaveCount(1);
  await expect(search).toBeFocused();
  await expect(search).toHaveValue("SHOP opens");
  await expect(page).toHaveURL(/q=SHOP\+opens/);
  await search.fill("nobody wrote this");
  await expect(page.getByText("No output is like this")).toBeVisible();
});

test("a list and an output say it while the screen has not looked yet", async ({ page }) => {
  const note = page.getByText("The screen has not looked yet");
  await open(page, "outputs?since=90d");
  await expect(rows(page).first()).toBeVisible();
  await expect(note).toHaveCount(0);
  await page.route(/\/v1\/outputs/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), screened_at: null } });
  });
  await page.reload();
  await expect(note).toBeVisible();
  await page.goto(`${house.url}/#/outputs/${encodeURIComponent(ID)}`);
  await expect(page.getByRole("heading", { name: ID, exact: true })).toBeVisible();
  await expect(note).toBeVisible();
});

test("older outputs come page by page, and rows are reached by keys", async ({ page }) => {
  await open(page, "outputs?since=90d");
  const first = await told("/v1/outputs?limit=50");
  await page.getByRole("button", { name: "Older" }).click();
  await expect(page).toHaveURL(/cursor=/);
  const second = await told(`/v1/outputs?limit=50&cursor=${first.next}`);
  await expect(page.locator("table.outputs tbody th").first()).toContainText(second.outputs[0].id);
  await page.getByRole("button", { name: "Latest" }).click();
  await expect(page.locator("table.outputs tbody th").first()).toContainText(first.outputs[0].id);
  await page.keyboard.press("/");
  await expect(page.getByLabel("Words in prompt or answer")).toBeFocused();
  await page.keyboard.press("j");
  await expect(page.getByLabel("Words in prompt or answer")).toHaveValue("j");
  await expect(page).toHaveURL(/q=j/);
  await page.goto(`${house.url}/#/outputs?since=90d&kind=shown`);
  await expect(page.getByRole("button", { name: "Signal: shown" })).toBeVisible();
  await page.locator("h1").focus();
  const links = page.locator(".row-link");
  for (const [key, index] of [["j", 0], ["j", 1], ["ArrowDown", 2], ["k", 1], ["k", 0], ["k", 0]]) {
    await page.keyboard.press(key);
    await expect(links.nth(index)).toBeFocused();
  }
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "What people did" })).toBeVisible();
});

test("one output: texts, signals, diff, siblings and rules as the API tells them", async ({ page }) => {
  const known = await one();
  await open(page, `outputs/${encodeURIComponent(ID)}`);
  await expect(page.locator("h2.id")).toHaveText(ID);
  await expect(page.locator(".one-head")).toContainText(`score ${known.label.score}`);

  // Whatever people wrote is text.
  const texts = page.locator(".text");
  await expect(texts.nth(0)).toHaveText(known.texts.asked);
  await expect(texts.nth(1)).toHaveText(ANSWER);
  expect(await page.evaluate(() => [window.pwned, document.querySelectorAll("main img, main i, main script").length])).toEqual([undefined, 0]);

  const runs = async (tag) => (await page.locator(`.diff ${tag}`).allInnerTexts()).join("|");
  const of = (op) => known.diff.runs.filter((run) => run.op === op).map(({ text }) => text).join("|");
  expect(await runs("ins")).toBe(of("insert"));
  expect(await runs("del")).toBe(of("delete"));
  expect(of("insert")).toContain("nine");
  expect(await page.locator(".diff").innerText()).toContain("Our shop opens at ");

  const marks = page.locator("circle.mark");
  await expect(marks).toHaveCount(known.signals.length);
  const place = async (kind) => Number(await marks.nth(known.signals.findIndex((signal) => signal.kind === kind)).getAttribute("cx"));
  const [shown, copied, regenerated] = [await place("shown"), await place("copied"), await place("regenerated")];
  expect((regenerated - shown) / (copied - shown)).toBeCloseTo(9 / 8, 2);
  // From the edit to the rating, and from there to the frame with the edited text.
  await expect(page.locator("svg .break title")).toHaveText([/^Nothing for 1 d/, /^Nothing for (1 d|24 h)/]);
  await expect(page.locator("table.signals tbody tr")).toHaveCount(known.signals.length);

  // A rule shows what it rests on.
  const rule = known.explanation.rules.find(({ outcome, evidence }) => outcome === "counted" && evidence);
  const name = rule.rule.replaceAll("_", " ");
  const button = page.getByRole("button", { name, exact: true });
  await button.focus();
  await expect(page.locator("circle.lit")).toHaveCount(rule.evidence.length);
  await expect(page.locator(`circle.lit[data-signal="${rule.evidence[0].id}"]`)).toHaveCount(1);
  await expect(page.locator("table.signals tr.lit")).toHaveCount(rule.evidence.length);
  await page.getByRole("button", { name: "Preview" }).focus();
  await expect(page.locator("circle.lit")).toHaveCount(0);
  const fired = known.explanation.rules.filter(({ outcome }) => ["counted", "note", "outdone"].includes(outcome));
  await expect(page.locator("table.rules tbody tr")).toHaveCount(fired.length);

  const siblings = page.getByRole("navigation", { name: "Answers of this turn" });
  await expect(siblings.getByRole("link")).toHaveCount(2);
  await expect(siblings.getByRole("link", { name: /Variant 0/ })).toContainText("the person ended here");
  await siblings.getByRole("link", { name: /Variant 1/ }).click();
  await expect(page.locator("h2.id")).toHaveText("hand-2");
  await siblings.getByRole("link", { name: /Variant 0/ }).click();
  await expect(page.locator("h2.id")).toHaveText(ID);
  await page.getByRole("link", { name: "hand-1", exact: true }).click();
  await expect(rows(page)).toHaveCount(2);
});

test("an output without a text says which level of integration is missing", async ({ page }) => {
  const { outputs } = await told("/v1/outputs?limit=200");
  const bare = outputs.find(({ registered }) => !registered);
  if (bare) {
    await open(page, `outputs/${encodeURIComponent(bare.id)}`);
    await expect(page.getByText(/^Level 1 is missing/)).toBeVisible();
  }
  await post("/v1/outputs", { id: "no-text" }, { authorization: `Bearer ${house.secret}` });
  await open(page, "outputs/no-text");
  await expect(page.getByText(/^Level 1 is incomplete.*\(input\)/)).toBeVisible();
  await expect(page.getByText(/^Level 1 is incomplete.*\(output\)/)).toBeVisible();
  await expect(page.getByText("No signal has come")).toBeVisible();
});

test("a policy that is tried changes what tacit label diff says it changes", async ({ page }) => {
  const built = await readFile(join(root, "collector/policies/default.toml"), "utf8");
  const other = built.replace("decide = 2.0", "decide = 3.5");
  expect(other).not.toBe(built);
  const file = join(house.data, "other.toml");
  await writeFile(file, other);
  const { stdout } = await run(TACIT, ["label", "diff", "-", file, "--data", house.data, "--project", "dev", "--json"], { maxBuffer: 1 << 24 });
  const changes = JSON.parse(stdout);
  expect(changes.flipped).toBeGreaterThan(0);

  await open(page, `outputs/${encodeURIComponent(ID)}`);
  const area = page.getByLabel(/^Policy/);
  await expect(area).toHaveValue(built);
  await area.fill(built.replace("decide = 2.0", "decide = -2.0"));
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page.locator("#policy-problem")).toContainText(/^line \d+: decide/);
  const chosen = () => area.evaluate((field) => field.value.slice(field.selectionStart, field.selectionEnd));
  expect(await chosen()).toBe("decide = -2.0");

  await area.fill(other);
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page.locator("#sampled")).toBeVisible();
  await expect(page.locator("#policy-problem")).toBeEmpty();
  const preview = await page.evaluate(async ([policy, output]) => {
    const body = JSON.stringify({ policy, output });
    return (await fetch("/v1/labels/preview", { method: "POST", headers: { "content-type": "application/json" }, body })).json();
  }, [other, ID]);
  const { before, after } = preview.output;
  const cells = page.locator("table.both tbody tr").first().locator("td");
  await expect(cells).toHaveText([before.label.state, after.label.state]);
  if (preview.sample.is_all) expect(preview.sample.changes.outputs).toBe(changes.outputs);
  await expect(page.locator("#sampled")).toContainText(`Of ${preview.sample.changes.outputs.toLocaleString("en")} outputs`);
  const flips = preview.sample.changes.transitions.filter(({ from, to }) => from !== to);
  expect(flips.map(({ from, to, outputs }) => [from, to, outputs])).toEqual(
    changes.transitions.filter(({ from, to }) => from !== to).map(({ from, to, outputs }) => [from, to, outputs]),
  );
  await expect(page.locator("table.flips tbody tr")).toHaveCount(flips.length);
  for (const [index, { from, to, outputs }] of flips.entries()) {
    const row = page.locator("table.flips tbody tr").nth(index);
    await expect(row.locator("th, td").nth(0)).toHaveText(from);
    await expect(row.locator("th, td").nth(1)).toHaveText(to);
    await expect(row.locator(".number")).toHaveText(outputs.toLocaleString("en"));
  }
});

test("list and output can be used by everybody", async ({ page }, info) => {
  test.setTimeout(120_000);
  const look = async (view) => {
    // At one width nothing differs in the light but colours.
    for (const [width, colorScheme, rules] of [[1280, "dark"], [390, "dark"], [390, "light", ["color-contrast"]]]) {
      const where = `${view}, ${width} px, ${colorScheme}`;
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const wide = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      await expect.poll(wide, where).toBeLessThanOrEqual(0);
      expect(await violations(page, rules), where).toEqual([]);
      if (process.env.TACIT_SHOTS) await page.screenshot({ path: info.outputPath(`${view}-${width}-${colorScheme}.png`), fullPage: true });
    }
  };
  await open(page, "outputs?since=90d&state=negative");
  await expect(page.getByRole("button", { name: "Label: negative" })).toBeVisible();
  await look("list");
  await page.goto(`${house.url}/#/outputs/${encodeURIComponent(ID)}`);
  await expect(page.locator("circle.mark").first()).toBeVisible();
  await page.getByText(/rules did not fire/).click();
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page.locator("#sampled")).toBeVisible();
  await look("one");
});
