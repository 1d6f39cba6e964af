// The parts that are loaded when capture has begun or when they are needed: what
// goes on without them, and what happened before they were there.

import { expect, test } from "./house.mjs";

/** What the page is told. */
const listen = (page) =>
  page.addInitScript(() => {
    const told = (window.told = []);
    window.tacitOptions = { onError: (error) => told.push(error.code), onSignal: (signal) => told.push(signal.kind) };
  });

const told = (page) => page.evaluate(() => window.told);

/** Keeps the part back. Returns what lets it come, which resolves when it was asked for. */
async function holdBack(page, file = "late.js") {
  let release;
  const released = new Promise((resolve) => (release = resolve));
  const asked = new Promise((resolve) =>
    page.route(`**/${file}*`, async (route) => {
      resolve();
      await released;
      await route.continue();
    }),
  );
  return async () => {
    await asked;
    release();
  };
}

test("where it is refused, declared outputs are captured, and the page is told once", async ({ page, site, house }) => {
  await page.route("**/late.js*", (route) => route.abort());
  await listen(page);
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(site.url("answers"));
  await house.signals("o-first", "shown");
  await expect.poll(() => told(page)).toEqual(["part_unavailable"]);
  const box = await page.locator("#one").boundingBox();
  await page.mouse.click(box.x + 5, box.y + box.height / 2, { clickCount: 3 });
  await page.keyboard.press("Control+c");
  const [copied] = await house.signals("o-first", "copied");
  expect(copied.via).toBe("selection");
  await page.goto("about:blank");
  const [dwell] = await house.signals("o-first", "dwell");
  expect(dwell.active_ms).toBeGreaterThan(0);
  expect(errors).toEqual([]);
});

test("an answer that streams while it loads is found", async ({ page, site, house }) => {
  const release = await holdBack(page);
  await listen(page);
  const asked = page.waitForRequest(/late\.js/);
  await page.goto(site.url("find/plain", { attributes: "" }));
  await asked;
  await page.locator("#box").click();
  await page.keyboard.insertText("Why is the sky blue?");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("#log").lastChild?.textContent.length > 20);
  expect(await told(page)).toEqual([]);
  await release();
  await expect.poll(() => told(page), { timeout: 25_000 }).toContain("shown");
});

test("a click while it loads is understood when it is there", async ({ page, site, house }) => {
  const release = await holdBack(page);
  await listen(page);
  await page.goto(site.url("acts/controls"));
  await house.signals("o-1", "shown");
  await page.locator("#pressed-up").click();
  await release();
  const [rated] = await house.signals("o-1", "rated");
  expect(rated).toMatchObject({ value: 1, scale: "thumbs" });
});

test("the part for texts is loaded where an answer is edited, and what happened meanwhile is told", async ({ page, site, house }) => {
  const release = await holdBack(page, "texts.js");
  await listen(page);
  const asked = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname.split("/").at(-1)));
  await page.goto(site.url("memory"));
  await house.signals("o-lease", "shown");
  await page.evaluate(() => {
    const editor = Object.assign(document.createElement("textarea"), { id: "edit", value: document.querySelector("[data-ai-output=o-lease]").textContent.trim() });
    document.body.append(editor);
  });
  expect(asked).not.toContain("texts.js");
  await page.locator("#edit").focus();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" Really.");
  // Saved, and gone with the text, before the part is there.
  await page.mouse.click(1, 1);
  await page.evaluate(() => document.querySelector("#edit").remove());
  await release();
  await expect.poll(() => told(page)).toContain("edited");
  await page.evaluate(() => window.tacit.flush());
  const [edited] = await house.signals("o-lease", "edited");
  expect(edited).toMatchObject({ inserted: 8, deleted: 0 });
  expect(asked).toContain("texts.wasm");
});

test("where the part for texts is refused, the page is told once and all else goes on", async ({ page, site, house }) => {
  await page.route("**/texts.wasm*", (route) => route.abort());
  await listen(page);
  await page.goto(site.url("memory"));
  await house.signals("o-lease", "shown");
  await page.locator("#insert").click();
  await house.signals("o-lease", "accepted");
  await expect.poll(() => told(page)).toContain("part_unavailable");
  await page.evaluate(() => window.tacit.signal("o-lease", "shared", { via: "test" }));
  await house.signals("o-lease", "shared");
  expect((await told(page)).filter((code) => code === "part_unavailable")).toHaveLength(1);
});
