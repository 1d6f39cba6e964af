// The panels for whoever integrates and improves: keys, install check, live signals,
// datasets, experiments; by the shipped binary, with values held to those of the API.

import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { promisify } from "node:util";
import { copied, filled } from "./filled.mjs";
import { expect, test } from "./house.mjs";
import { freePort } from "./ports.mjs";

const execute = promisify(execFile);

async function signIn(page, house, key = house.secret) {
  await page.goto(`${house.url}/#key=${key}`);
  await expect(page.locator("#board")).toBeVisible();
}

async function signOut(page) {
  await page.getByRole("button", { name: "Sign out" }).click();
  // The board that stays until that is answered is of who leaves.
  await expect(page.locator("#board")).toHaveCount(0);
}

async function open(page, house, view, title) {
  await page.goto(`${house.url}/#/${view}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
  await expect(page.locator(".view")).toBeVisible();
}

const card = (page, name) => page.getByRole("region", { name, exact: true });

/** A page of somebody's own with what was copied in its head. */
async function site(port, snippet) {
  const answer = "The capital of France is Paris, which has been its seat of government for centuries. It lies on the Seine.";
  const html = `<!doctype html><title>Shop</title>${snippet}<main><article data-ai-output="o-1" id="answer">${answer}</article></main>`;
  const server = createServer((_, response) => response.setHeader("content-type", "text/html").end(html));
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${port}/`, close: () => new Promise((resolve) => server.close(resolve) && server.closeAllConnections()) };
}

/** One event of a page, sent by a program. */
async function send(house, key, event, headers = {}) {
  const at = Date.now();
  const session = "9f3c000000000000000000000000000a";
  const body = JSON.stringify({ v: 1, key, session, sent_at: at, events: [{ at, ...event }] });
  return (await fetch(`${house.url}/c`, { method: "POST", headers: { "content-type": "text/plain", ...headers }, body })).status;
}

test("a key made here sends from a page with the snippet copied here, and is rotated and revoked at once", async ({ page, context, house }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  await signIn(page, house);
  await open(page, house, "install", "Install check");
  await expect(page.locator(".verdict")).toContainText("Waiting for the first signal");

  await open(page, house, "keys", "Keys");
  await page.getByLabel("Origins of the pages").fill(origin);
  await page.getByRole("button", { name: "Make key" }).click();
  const made = card(page, "The new key");
  const key = await made.locator("code.secret").innerText();
  expect(key).toMatch(/^pk_[0-9a-f]{40}$/);
  await made.getByRole("region", { name: "Script tag" }).getByRole("button", { name: "Copy" }).click();
  const snippet = await page.evaluate(() => navigator.clipboard.readText());
  expect(snippet).toContain(`src="${house.url}/capture/tacit.js"`);

  await open(page, house, "live", "Live signals");
  await expect(page.getByText("Nothing has come yet")).toBeVisible();
  const shop = await site(port, snippet);
  const visitor = await context.newPage();
  await visitor.goto(shop.url);
  // Sooner than by itself.
  const arrived = (kind) => expect.poll(async () => {
    await visitor.evaluate(() => window.tacit?.flush());
    return (await house.find("o-1"))?.signals.map((signal) => signal.kind) ?? [];
  }).toContain(kind);
  await arrived("shown");
  const box = await visitor.locator("#answer").boundingBox();
  await visitor.mouse.click(box.x + 20, box.y + 8, { clickCount: 3 });
  await visitor.keyboard.press("Control+c");
  await arrived("copied");
  await page.bringToFront();
  const line = page.locator("tr[data-outcome=accepted]", { hasText: "copied" });
  await expect(line).toContainText("o-1");
  await expect(line).toContainText("selection");
  const told = await (await house.get("/v1/live")).json();
  const entry = told.entries.find(({ kind }) => kind === "copied");
  expect(entry.id).toBe((await house.output("o-1")).signals.find(({ kind }) => kind === "copied").id);
  await expect(line).toHaveAttribute("data-n", String(entry.n));
  await expect(line.getByRole("link", { name: "o-1" })).toHaveAttribute("href", "#/outputs/o-1?project=dev");

  // Narrowed, which the address says; paused, nothing comes.
  await page.getByRole("combobox", { name: /^Kind/ }).selectOption("copied");
  await expect(page.locator(".lines tbody tr")).toHaveCount(1);
  expect(page.url()).toContain("kind=copied");
  await page.getByRole("button", { name: "Pause" }).click();
  const before = await page.locator(".live-told").innerText();
  expect(await send(house, key, { seq: 1, kind: "copied", output: "o-2", chars: 1, share: 7, via: "button" }, { origin })).toBe(200);
  expect(await send(house, key, copied(2, "o-2"), { origin: "https://evil.example" })).toBe(403);
  await house.get("/v1/live");
  expect(await page.locator(".live-told").innerText()).toBe(before);
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("combobox", { name: /^Kind/ }).selectOption("");
  await expect(page.locator("tr[data-outcome=rejected]")).toContainText("share_out_of_range in share");
  await expect(page.locator("tr[data-outcome=refused]")).toContainText("origin_forbidden in origin answered 403 from https://evil.example");

  await open(page, house, "install", "Install check");
  for (const kind of ["shown", "copied"]) await expect(page.locator(`[data-kind=${kind}].seen`)).toBeVisible();
  await expect(page.locator("[data-kind=rated].seen")).toHaveCount(0);
  const check = await (await house.get("/v1/install")).json();
  expect(check.level).toBe(0);
  await expect(card(page, "Level of integration")).toContainText("Level 0 is reached.");
  for (const { check: name, remedy } of check.checks) await expect(card(page, "Findings").getByRole("listitem").filter({ hasText: name })).toContainText(remedy);
  await expect(page.locator(".verdict")).toContainText("Something needs you");
  await expect(card(page, "Findings")).toContainText("origin_forbidden");

  await open(page, house, "keys", "Keys");
  const { keys } = await (await house.get("/v1/keys")).json();
  const { id } = keys.find((one) => one.key === key);
  await page.getByRole("button", { name: `Rotate ${id}` }).click();
  await page.getByLabel("The old key goes on for").selectOption("0");
  await page.getByRole("dialog").getByRole("button", { name: "Rotate" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  const next = await card(page, "The new key").locator("code.secret").innerText();
  expect(next).not.toBe(key);
  expect(await send(house, key, copied(3, "o-1"), { origin })).toBe(401);
  expect(await send(house, next, copied(3, "o-1"), { origin })).toBe(204);
  const after = (await (await house.get("/v1/keys")).json()).keys.find((one) => one.key === next);
  await page.getByRole("button", { name: `Revoke ${after.id}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  expect(await send(house, next, copied(4, "o-1"), { origin })).toBe(204);
  await page.getByRole("button", { name: `Revoke ${after.id}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByRole("button", { name: `Revoke ${after.id}` })).toHaveCount(0);
  expect(await send(house, next, copied(5, "o-1"), { origin })).toBe(401);
  await page.getByRole("button", { name: /Show ended and revoked/ }).click();
  await expect(page.getByRole("row", { name: new RegExp(after.id) })).toContainText("revoked");
  await shop.close();
});

test("a secret key is shown once, and a key hears what it may not see", async ({ page, house }) => {
  await signIn(page, house);
  await open(page, house, "keys", "Keys");
  const make = async (scope) => {
    await page.getByLabel("Secret for servers and people").check();
    for (const name of ["ingest", "read", "admin"]) await page.getByLabel(new RegExp(`^${name} `)).setChecked(name === scope);
    await page.getByRole("button", { name: "Make key" }).click();
    const made = card(page, "The new key, shown this once");
    await expect(made).toContainText(`It may: ${scope}.`);
    const key = await made.locator("code.secret").innerText();
    await made.getByRole("button", { name: "Done" }).click();
    await expect(page.getByText(key)).toHaveCount(0);
    return key;
  };
  const admin = await make("admin");
  const reader = await make("read");
  expect((await (await house.get("/v1/keys")).text()).includes(admin)).toBe(false);

  await signOut(page);
  await signIn(page, house, reader);
  await open(page, house, "keys", "Keys");
  await expect(card(page, "This key may not see keys")).toContainText("It may: read. To list, make, rotate and revoke keys it needs admin.");

  await signOut(page);
  await signIn(page, house, admin);
  await page.goto(`${house.url}/#/install`);
  const alert = page.getByRole("alert").filter({ hasText: "This key may not see this" });
  await expect(alert).toContainText("It has: admin. This needs: read.");
  await alert.getByRole("link", { name: "Keys" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Keys");
  await expect(page.getByRole("table", { name: "Keys of this project" })).toBeVisible();
});

test("datasets and experiments show what the API tells", async ({ page, house }) => {
  const id = await filled({ url: house.url, key: house.secret, publishable: house.publishable });
  await signIn(page, house);
  await open(page, house, "datasets", "Datasets");
  const build = await (await house.get(`/v1/datasets/builds/${id}`)).json();
  const { counts } = build.manifest;
  expect(counts.rows).toBeGreaterThan(0);
  await expect(page.getByRole("row", { name: new RegExp(id) }).locator("td.number")).toHaveText(String(counts.rows));
  await page.getByRole("button", { name: "Count the rows of trl-kto" }).click();
  await expect(page.locator(".exports-told").filter({ hasText: "rows" })).toContainText(`${counts.rows} rows`);
  await page.getByRole("link", { name: id }).click();
  const rows = page.getByLabel("Rows", { exact: true });
  for (const [name, value] of [["Rows", counts.rows], ["Considered", counts.considered]]) await expect(rows.locator(".tile", { has: page.locator(`dt:text-is("${name}")`) }).locator("b")).toHaveText(String(value));
  for (const [reason, many] of Object.entries(counts.skipped)) await expect(page.getByRole("row", { name: new RegExp(`^${reason.replaceAll("_", " ")} ${many} `) })).toContainText(counts.remedies[reason]);
  const composition = await (await house.get(`/v1/datasets/builds/${id}/composition.json`)).json();
  for (const { message } of composition.warnings) await expect(page.getByText(message)).toBeVisible();
  await expect(card(page, "Rows by state")).toContainText(String(composition.by.state.parts[0].rows));
  // The report opens where nothing of it could run.
  const [report] = await Promise.all([page.context().waitForEvent("page"), page.getByRole("link", { name: "The whole report" }).click()]);
  await report.waitForLoadState();
  expect(await report.evaluate(() => self.origin)).toBe("null");
  await report.close();

  await open(page, house, "experiments", "Experiments");
  await expect(page.getByRole("row", { name: /tone/ }).first()).toContainText("use_rate");
  await page.getByRole("link", { name: "tone" }).first().click();
  const readout = await (await house.get("/v1/experiments/tone/readout?series=true")).json();
  for (const { arm, exposed } of readout.people.arms) await expect(card(page, "Who took part").getByRole("row", { name: new RegExp(`^${arm} `) })).toContainText(String(exposed));
  const { primary, secondary, guardrails } = readout.effects;
  expect(readout.courses.map(({ metric }) => metric)).toEqual([...new Set([primary, ...secondary, ...guardrails].map(({ metric }) => metric))]);
  const over = card(page, "Over time");
  for (const { metric } of readout.courses) await expect(over).toContainText(metric.replaceAll("_", " "));
  const verdict = await (await house.get("/v1/verify/tone?arm=warm")).json();
  await expect(card(page, "Ship warm?")).toContainText(verdict.summary);
});

const HOSTILE = "<img src=x onerror=alert(1)><b>Canary</b>";

test("what strangers and projects call things stays text", async ({ page, house }) => {
  const make = async (kind, ...more) => {
    const args = ["keys", "create", "--data", house.data, "--project", HOSTILE, "--kind", kind, ...more, "--json"];
    return JSON.parse((await execute(process.env.TACIT_BIN, args)).stdout).key;
  };
  const publishable = await make("publishable");
  const bound = await make("publishable", "--origin", "https://shop.example");
  const secret = await make("secret", "--scope", "ingest", "--scope", "read", "--scope", "admin");
  // The collector looks for new keys now and then: it knows the last, so all.
  const headers = { authorization: `Bearer ${secret}` };
  await expect.poll(async () => (await fetch(`${house.url}/v1/keys`, { headers })).status).toBe(200);
  expect(await send(house, publishable, copied(9, "o-9"))).toBe(204);
  const id = await filled({ url: house.url, key: secret, publishable }, HOSTILE);
  const dialogs = [];
  page.on("dialog", (dialog) => dialogs.push(dialog.message()) && dialog.dismiss());
  await signIn(page, house, secret);
  await open(page, house, "live", "Live signals");
  const output = "<img/src=x/onerror=alert(1)>";
  await expect.poll(() => send(house, publishable, copied(0, output))).toBe(204);
  await send(house, publishable, { seq: 1, kind: "<b>hummed</b>", output });
  await send(house, bound, copied(2, output), { origin: HOSTILE });
  await expect(page.locator("tr[data-outcome=refused]")).toContainText(`from ${HOSTILE}`);
  await expect(page.locator("tr[data-outcome=quarantined]")).toContainText("<b>hummed</b>");
  await expect(page.getByRole("link", { name: output }).first()).toHaveAttribute("href", `#/outputs/${encodeURIComponent(output)}?${new URLSearchParams({ project: HOSTILE })}`);
  for (const [view, title] of [["keys", "Keys"], ["install", "Install check"], [`datasets/${id}`, "Datasets"], ["experiments", "Experiments"], ["experiments/tone", "Experiments"]]) {
    await open(page, house, view, title);
    await expect(page.locator(".waiting")).toHaveCount(0);
    await expect(page.locator("#project")).toHaveText(HOSTILE);
    expect(await page.locator("img, #app b:text-is('Canary')").count()).toBe(0);
  }
  await expect(page.getByText(HOSTILE).first()).toBeVisible();
  expect(dialogs).toEqual([]);
});
