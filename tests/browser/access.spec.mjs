// The dashboard as its operator uses it, and as a hostile page elsewhere would.

import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { violations } from "./axe.mjs";
import { expect, test } from "./house.mjs";
import { freePort } from "./ports.mjs";

const execute = promisify(execFile);

/** What the browser keeps of a page, for scripts and at all. */
async function kept(page) {
  const scripts = await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]);
  return { scripts, cookies: await page.context().cookies() };
}

async function signIn(page, house) {
  await page.goto(`${house.url}/#key=${house.secret}`);
  await expect(page.locator("#board")).toBeVisible();
}

test("the printed link signs in, and the key is in no address, storage or script", async ({ page, house }) => {
  const sent = [];
  page.on("request", (request) => sent.push([request.url(), JSON.stringify(request.headers())].join(" ")));
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await signIn(page, house);
  await expect(page.locator("#project")).toHaveText("dev");
  await expect.poll(() => page.url()).toBe(`${house.url}/#/overview?project=dev`);
  const { scripts, cookies } = await kept(page);
  expect(scripts).toEqual([0, 0, ""]);
  expect(cookies).toMatchObject([{ name: expect.stringMatching(/^tacit-[0-9a-f]{16}$/), httpOnly: true, sameSite: "Strict", path: "/" }]);
  expect(JSON.stringify(cookies)).not.toContain(house.secret);
  expect(sent.filter((line) => line.includes(house.secret))).toEqual([]);

  await page.reload();
  await expect(page.locator("#board")).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.locator("#sign-in")).toBeVisible();
  await expect(page.locator("#board")).toBeHidden();
  expect((await kept(page)).cookies).toEqual([]);
  await page.reload();
  await expect(page.locator("#sign-in")).toBeVisible();
  // Going back leads to no key either.
  await page.goBack().catch(() => null);
  expect(page.url()).not.toContain("sk_");
  expect(errors).toEqual([]);
});

test("the form signs in, says what is wrong, and ends with the key", async ({ page, house }) => {
  const key = await house.key("secret", "--scope", "read");
  await page.goto(`${house.url}/`);
  await page.getByLabel("Secret key of a project").fill("sk_nobody");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.locator("#sign-in-error")).toHaveText("the key is not known");
  await page.getByLabel("Secret key of a project").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.locator("#board")).toBeVisible();
  // The form is gone, and the key with it.
  await expect(page.locator("#sign-in-key")).toHaveCount(0);
  expect(await page.content()).not.toContain(key);
  const { keys } = await (await house.get("/v1/keys")).json();
  const { id } = keys.find(({ scopes }) => scopes.join() === "read");
  const headers = { authorization: `Bearer ${house.secret}` };
  expect((await fetch(`${house.url}/v1/keys/${id}`, { method: "DELETE", headers })).status).toBe(200);
  await expect(page.locator("#sign-in-error")).toHaveText("the key was revoked");
  await expect(page.locator("#sign-in-key")).toHaveValue("");
  await expect(page.locator("#board")).toBeHidden();
});

test("whoever signs in again is not sent away for what was asked before", async ({ page, house }) => {
  await signIn(page, house);
  await expect(page.locator("#board .view")).toBeVisible();
  // What was asked with the cookie before is answered after the new one is there.
  const late = { status: 401, json: { title: "Unauthorized", detail: "nobody is signed in" } };
  let isIn = false;
  let refused = 0;
  page.on("response", (response) => (isIn ||= response.request().method() === "POST"));
  await page.route(/\/v1\/(?!login)/, (route) => (isIn && !refused++ ? route.fulfill(late) : route.continue()));
  await page.goto(`${house.url}/#key=${house.secret}`);
  await expect.poll(() => refused).toBeGreaterThan(1);
  await expect(page.locator("#board .view")).toBeVisible();
  await expect(page.locator("#sign-in")).toHaveCount(0);
});

test("whoever signs in while a sign-out is under way is signed in", async ({ page, house }) => {
  await signIn(page, house);
  await expect(page.locator("#board .view")).toBeVisible();
  const came = page.waitForResponse((response) => response.request().method() === "POST" && response.url().endsWith("/v1/login"));
  const asksLater = page.waitForEvent("console", (message) => message.text() === "asked");
  await page.route(/\/v1\/login/, async (route) => {
    if (route.request().method() !== "DELETE") return route.continue();
    // Answered after whoever comes, if they are let in before.
    await asksLater;
    await Promise.race([came, delay(500)]);
    return route.continue();
  });
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.evaluate((key) => (addEventListener("hashchange", () => console.log("asked"), { once: true }), (location.hash = `key=${key}`)), house.secret);
  await came;
  await expect(page.locator("#board .view")).toBeVisible();
  await page.reload();
  await expect(page.locator("#board .view")).toBeVisible();
});

const OTHER = "bank & co";

/** A key of another project of the same collector. */
const otherKey = async (house, ...more) => {
  const args = ["keys", "create", "--data", house.data, "--project", OTHER, "--kind", "secret", ...more, "--json"];
  return JSON.parse((await execute(process.env.TACIT_BIN, args)).stdout).key;
};

test("several projects are open in one browser, and none shows another's figures", async ({ page, house }) => {
  const reader = await otherKey(house, "--scope", "read");
  // Of what is asked about figures, every request says whose.
  const asked = [];
  page.on("request", (request) => /\/v1\/(?!login)/.test(request.url()) && asked.push(new URL(request.url()).searchParams.get("project")));
  await signIn(page, house);
  const project = page.locator("#project");
  const menu = page.locator(".whose summary");
  await menu.click();
  await page.getByRole("button", { name: "Add another project" }).click();
  await page.getByLabel("Secret key of another project").fill("sk_nobody");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.locator("#add-project-error")).toHaveText("the key is not known");
  await expect(project).toHaveText("dev");
  await page.getByLabel("Secret key of another project").fill(reader);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await expect(project).toHaveText(OTHER);
  expect(await page.content()).not.toContain(reader);
  // The address says so, and opens the same in another tab while this one goes elsewhere.
  await page.getByRole("link", { name: "Install check" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Install check");
  const address = page.url();
  expect(address).toBe(`${house.url}/#/install?${new URLSearchParams({ project: OTHER })}`);
  await menu.click();
  expect(await violations(page)).toEqual([]);
  await page.getByRole("link", { name: "dev", exact: true }).click();
  await expect(project).toHaveText("dev");
  expect(page.url()).toBe(`${house.url}/#/install?project=dev`);
  await expect(page.locator("footer.api a").first()).toHaveAttribute("href", "/v1/install?project=dev");
  const tab = await page.context().newPage();
  await tab.goto(address);
  await expect(tab.locator("#project")).toHaveText(OTHER);
  const twin = await tab.context().newPage();
  await tab.locator("footer.api a").first().waitFor();
  await twin.goto(new URL(await tab.locator("footer.api a").first().getAttribute("href"), house.url).href);
  expect(JSON.parse(await twin.locator("body").innerText()).project).toBe(OTHER);
  await twin.close();
  await tab.close();
  // Back in time is back in the other project.
  await page.goBack();
  await expect(project).toHaveText(OTHER);
  expect(new Set(asked)).toEqual(new Set(["dev", OTHER]));

  await menu.click();
  await page.getByRole("button", { name: `Sign out of ${OTHER}` }).click();
  await expect(project).toHaveText("dev");
  await expect(page.getByRole("button", { name: "Sign out", exact: true })).toBeVisible();
  expect(await page.context().cookies()).toHaveLength(1);
  // A link of the project asks for a key of that one; another's opens nothing of it.
  await page.goto(address);
  const door = page.getByLabel(`Secret key of the project ${OTHER}`);
  await expect(door).toBeVisible();
  await expect(page.locator("#board")).toHaveCount(0);
  expect(await violations(page)).toEqual([]);
  await door.fill(house.secret);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.locator("#sign-in-error")).toContainText("of the project dev");
  await expect(page.locator("#board")).toHaveCount(0);
  await door.fill(reader);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(project).toHaveText(OTHER);
  await expect.poll(() => page.url()).toBe(address);
  await page.getByRole("button", { name: "Sign out of all" }).click();
  await expect(page.locator("#sign-in")).toBeVisible();
  expect(await page.context().cookies()).toEqual([]);
});

/** Everything a page can try without leave; what it learnt is in `window.learnt`. */
const HOSTILE = `<!doctype html><title>Hostile</title><body><script>
  window.attack = async (target) => {
    const learnt = [];
    const send = (path, options) => fetch(target + path, { credentials: "include", ...options })
      .then((response) => response.text().then((text) => learnt.push([path, response.type, text])), () => {});
    const json = (body) => ({ method: "POST", body: JSON.stringify(body) });
    for (const mode of ["cors", "no-cors"]) {
      await send("/v1/overview", { mode });
      await send("/v1/overview?project=dev", { mode });
      await send("/v1/keys", { mode, ...json({ kind: "secret", scopes: ["admin"] }) });
      await send("/v1/releases", { mode, ...json({ name: "evil", kind: "model" }) });
      await send("/v1/subjects/u-victim", { mode, method: mode === "cors" ? "DELETE" : "POST" });
      await send("/v1/login", { mode, ...json({ key: "sk_of_the_attacker" }) });
    }
    await send("/v1/login", { method: "DELETE" });
    for (const tag of ["img", "script", "iframe"]) {
      const element = document.createElement(tag);
      element.src = target + "/v1/outputs";
      await new Promise((resolve) => {
        element.onload = element.onerror = resolve;
        document.body.append(element);
      });
    }
    const frame = document.createElement("iframe");
    frame.name = "target";
    document.body.append(frame);
    const form = document.createElement("form");
    Object.assign(form, { method: "POST", action: target + "/v1/releases", enctype: "text/plain", target: "target" });
    const field = document.createElement("input");
    field.name = '{"name":"evil","kind":"model","note":"';
    field.value = '"}';
    form.append(field);
    document.body.append(form);
    await new Promise((resolve) => {
      frame.onload = resolve;
      form.submit();
    });
    return learnt.filter(([, , text]) => text);
  };
</script></body>`;

// The browser sends the cookie from another port, and the collector refuses it; from
// another site it sends none.
const ELSEWHERE = [
  ["on another port of the same host", "127.0.0.1", 403],
  ["on another site", "localhost", 401],
];

for (const [where, host, refusal] of ELSEWHERE) {
  test(`a hostile page ${where} neither reads nor changes anything`, async ({ page, house }) => {
    await signIn(page, house);
    const port = await freePort();
    const server = createServer((_, response) => response.setHeader("content-type", "text/html").end(HOSTILE));
    await new Promise((resolve) => server.listen(port, resolve));
    const keys = async () => (await (await house.get("/v1/keys")).json()).keys.length;
    const before = await keys();
    const answers = [];
    const hostile = await page.context().newPage();
    hostile.on("response", (response) => response.url().startsWith(house.url) && answers.push(response.status()));
    await hostile.goto(`http://${host}:${port}/`);
    expect(await hostile.evaluate((target) => window.attack(target), house.url)).toEqual([]);
    // They did arrive: what refuses them is the collector, not a network that is down.
    expect(answers.filter((status) => status === refusal).length).toBeGreaterThan(2);
    expect(answers.filter((status) => status < 400)).toEqual([]);
    expect((await (await house.get("/v1/releases")).json()).releases).toEqual([]);
    expect((await (await house.get("/v1/erasures")).json()).erasures).toEqual([]);
    expect(await keys()).toBe(before);
    // Nor is anybody signed out, or framed.
    await page.reload();
    await expect(page.locator("#board")).toBeVisible();
    await hostile.setContent(`<iframe src="${house.url}/"></iframe>`);
    await expect.poll(() => hostile.frames().at(-1).url()).toMatch(/^chrome-error:/);
    await new Promise((resolve) => server.close(resolve) && server.closeAllConnections());
  });
}
