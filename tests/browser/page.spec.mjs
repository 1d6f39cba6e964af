// The module on other people's pages: what it needs, what it leaves alone.

import { expect, test } from "./house.mjs";

/** Resolves when capture runs on the page. */
async function open(page, site, query) {
  const refused = [];
  page.on("pageerror", (error) => refused.push(error.message));
  await page.goto(site.url("answers", query));
  return refused;
}

async function selectAndCopy(page, selector) {
  const box = await page.locator(selector).boundingBox();
  await page.mouse.click(box.x + 5, box.y + box.height / 2, { clickCount: 3 });
  await page.keyboard.press("Control+c");
}

test("answers that are there from the start are found, private ones are not", async ({ page, site, house }) => {
  const errors = await open(page, site);
  const [shown] = await house.signals("o-first", "shown");
  expect(shown).toMatchObject({ conversation: "c-canary", turn: 0, variant: 0, stream_ms: 0, words: 30 });
  expect(shown.code_share).toBeGreaterThan(0.05);
  await page.evaluate(() => window.tacit.flush());
  const { outputs } = await (await house.get("/v1/outputs")).json();
  expect(outputs.map(({ id }) => id)).toEqual(["o-first"]);
  expect(errors).toEqual([]);
});

test("no byte of the page's text leaves, and nothing is stored on the device", async ({ page, site, house }) => {
  const bodies = [];
  page.on("request", (request) => request.method() === "POST" && bodies.push(request.postDataBuffer()));
  await open(page, site);
  await house.signals("o-first", "shown");
  await selectAndCopy(page, "#one");
  await page.locator("#note").click();
  await page.keyboard.type(" Secret canary words.");
  await page.locator("h1, body").first().click({ position: { x: 1, y: 1 } });
  const [edited] = await house.signals("o-first", "edited");
  expect(edited.inserted).toBe(21);
  await page.evaluate(() => window.tacit.flush());
  expect(bodies.length).toBeGreaterThan(1);
  for (const body of bodies) {
    expect(body.toString("latin1")).not.toMatch(/canary(?!")(?=[ .])|sings|miners|Secret/);
  }
  const kept = await page.evaluate(() => [
    localStorage.length,
    sessionStorage.length,
    document.cookie,
  ]);
  expect(kept).toEqual([0, 0, ""]);
});

test("a copy in a page with content on still sends no text but the edit, redacted", async ({ page, site, house }) => {
  await open(page, site, { attributes: 'data-content="edits"' });
  await house.signals("o-first", "shown");
  await page.locator("#note").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" Write to ann@example.org or call +49 30 901820.");
  await page.mouse.click(2, 2);
  const [content] = await house.signals("o-first", "content");
  expect(content.content?.text ?? content.text).toContain("Write to [email] or call [number].");
});

test("scripts and untrusted events are no person's acts", async ({ page, site, house }) => {
  await open(page, site);
  await house.signals("o-first", "shown");
  await page.evaluate(() => {
    document.querySelector("button").click();
    getSelection().selectAllChildren(document.querySelector("#one"));
    document.dispatchEvent(new ClipboardEvent("copy", { bubbles: true }));
    document.execCommand("copy");
  });
  await page.evaluate(() => window.tacit.flush());
  const { signals } = await house.output("o-first");
  expect(signals.filter(({ kind }) => ["copied", "rated"].includes(kind))).toEqual([]);
});

test("a declared adapter and a binding find what the attributes do not", async ({ page, site, house }) => {
  const adapter = JSON.stringify({ output: ".bubble", id: "data-message", conversation: "data-group" });
  await open(page, site, { attributes: `data-adapter='${adapter}'` });
  const [shown] = await house.signals("o-second", "shown");
  expect(shown.conversation).toBe("c-other");
  await page.evaluate(() => {
    window.tacit.output(document.querySelector("#two"), { id: "o-bound", conversation: "c-9", turn: 4, variant: 1 });
  });
  const [bound] = await house.signals("o-bound", "shown");
  expect(bound).toMatchObject({ conversation: "c-9", turn: 4, variant: 1, words: 13 });
});

test("the app's own facts are checked, and a mistake is told to nobody but onError", async ({ page, site, house }) => {
  await page.addInitScript(() => {
    window.mistakes = [];
    window.tacitOptions = { onError: (error) => window.mistakes.push(error) };
  });
  await open(page, site);
  await house.signals("o-first", "shown");
  await page.evaluate(() => {
    window.tacit.signal("o-first", "converted", { name: "paid", value: 9.99 });
    window.tacit.signal("o-first", "copied", { chars: 5, share: 7 });
    window.tacit.signal("o-first", "winked", {});
  });
  const [converted] = await house.signals("o-first", "converted");
  expect(converted).toMatchObject({ name: "paid", value: 9.99 });
  const mistakes = await page.evaluate(() => window.mistakes);
  expect(mistakes.map(({ code }) => code)).toEqual(["invalid_signal", "invalid_signal"]);
  expect(mistakes[0].message).toContain("share");
});

test("stop takes everything off the page, and start works again", async ({ page, site, house }) => {
  await page.addInitScript(() => {
    const original = navigator.clipboard && Clipboard.prototype.writeText;
    window.isPatched = () => Clipboard.prototype.writeText !== original;
  });
  await open(page, site);
  await house.signals("o-first", "shown");
  expect(await page.evaluate(() => window.isPatched())).toBe(true);
  await page.evaluate(() => window.tacit.stop());
  expect(await page.evaluate(() => window.isPatched())).toBe(false);
  await selectAndCopy(page, "#one");
  await page.waitForTimeout(900);
  const { signals } = await house.output("o-first");
  expect(signals.filter(({ kind }) => kind === "copied")).toEqual([]);
});

test("consent denied stops and purges", async ({ page, site, house }) => {
  await open(page, site, { attributes: 'data-flush-after-ms="60000"' });
  await page.waitForFunction(() => window.tacit);
  await page.waitForTimeout(1_500);
  await page.evaluate(async () => {
    window.tacit.consent("denied");
    window.tacit.signal("o-first", "accepted", { via: "test" });
    await window.tacit.flush();
  });
  const { outputs } = await (await house.get("/v1/outputs")).json();
  expect(outputs).toEqual([]);
});

test("a collector that cannot be reached leaves the page alone", async ({ page, site, house }) => {
  await house.collector.stop();
  const errors = await open(page, site);
  await page.waitForTimeout(1_000);
  await page.locator("#note").fill("The page works.");
  expect(errors).toEqual([]);
  await house.startCollector();
});
