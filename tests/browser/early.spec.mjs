// What a person does while the core is still on its way is not lost; and what a
// script does then is nobody's.

import { expect, test } from "./house.mjs";

/** Opens the page with its core kept back. Returns what lets it come. */
async function open(page, url) {
  let release;
  const released = new Promise((resolve) => (release = resolve));
  await page.addInitScript(() => {
    window.heard = [];
    window.tacitOptions = { onSignal: (signal) => window.heard.push(signal) };
  });
  await page.route("**/core.js*", async (route) => {
    await released;
    await route.continue();
  });
  await page.goto(url);
  // The loader listens as soon as it is there.
  await page.waitForFunction(() => window.tacit);
  return release;
}

const heard = (page, kind) => page.evaluate((kind) => window.heard.filter((signal) => signal.kind === kind), kind);

async function select(page, selector) {
  const box = await page.locator(selector).boundingBox();
  await page.mouse.click(box.x + 5, box.y + box.height / 2, { clickCount: 3 });
}

test("ratings are, also one that was taken back", async ({ page, site, house }) => {
  const release = await open(page, site.url("acts/controls"));
  await page.locator("#pressed-up").click();
  await page.locator("#pressed-down").click();
  await page.locator("#pressed-down").click();
  await page.locator("#share").click();
  release();
  await house.signals("o-1", "shared");
  const rated = await house.signals("o-1", "rated", 3);
  expect(rated.map(({ value, scale }) => [value, scale])).toEqual([[1, "thumbs"], [-1, "thumbs"], [0, "thumbs"]]);
});

test("a copy is, with what was selected then", async ({ page, site, house }) => {
  const release = await open(page, site.url("answers"));
  await select(page, "#two");
  await page.keyboard.press("Control+c");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("falls silent");
  await select(page, "#one");
  await page.evaluate(() => getSelection().removeAllRanges());
  release();
  const [copied, ...others] = await house.signals("o-first", "copied");
  expect(others).toEqual([]);
  expect(copied).toMatchObject({ via: "selection", chars: 75 });
});

test("scripts' acts and what is private are not", async ({ page, site, house }) => {
  const release = await open(page, site.url("answers"));
  await page.evaluate(() => {
    document.querySelector("button").click();
    getSelection().selectAllChildren(document.querySelector("#one"));
    document.execCommand("copy");
    document.dispatchEvent(new ClipboardEvent("copy", { bubbles: true }));
  });
  await select(page, "[data-tacit-private] p");
  await page.keyboard.press("Control+c");
  release();
  await house.signals("o-first", "shown");
  await page.evaluate(() => window.tacit.flush());
  const { signals } = await house.output("o-first");
  expect(signals.filter(({ kind }) => ["copied", "rated"].includes(kind))).toEqual([]);
});

test("a prompt is: its answer is found, and the next prompt is compared with it", async ({ page, site, house }) => {
  const release = await open(page, site.url("find/plain", { attributes: "" }));
  const ask = async (text) => {
    await page.locator("#box").click();
    await page.keyboard.insertText(text);
    await page.keyboard.press("Enter");
  };
  await ask("Why is the sky blue during the day?");
  await page.waitForFunction(() => document.querySelector("#log").lastChild?.textContent.length > 10);
  release();
  await expect.poll(() => heard(page, "shown"), { timeout: 25_000 }).toHaveLength(1);
  await ask("Why is the daytime sky blue?");
  await expect.poll(() => heard(page, "followed_up"), { timeout: 25_000 }).toHaveLength(1);
  const [followed] = await heard(page, "followed_up");
  expect(followed.intent).toBe("rephrase");
  expect(followed.similarity).toBeGreaterThanOrEqual(0.6);
});

test("stopped before it came, nothing listens on", async ({ page, site }) => {
  const release = await open(page, site.url("answers"));
  const cdp = await page.context().newCDPSession(page);
  const listeners = async () => {
    const { result } = await cdp.send("Runtime.evaluate", { expression: "document" });
    const { listeners } = await cdp.send("DOMDebugger.getEventListeners", { objectId: result.objectId });
    const ours = listeners.filter(({ type }) => !type.startsWith("__playwright"));
    return ours.map(({ type, passive, useCapture }) => `${type} ${passive} ${useCapture}`).sort();
  };
  expect(await listeners()).toEqual(["click", "copy", "cut", "input", "keydown", "submit"].map((type) => `${type} true true`));
  await page.evaluate(() => window.tacit.stop());
  expect(await listeners()).toEqual([]);
  release();
});
