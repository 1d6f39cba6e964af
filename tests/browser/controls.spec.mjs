// Controls of chats that other people wrote: what each really did, and nothing
// that nobody did. Pages of `pages/acts/`, each built to break a rule.

import { expect, test } from "./house.mjs";

const OUTPUTS = ["o-1", "o-2", "o-3", "o-4", "o-5"];

/** Resolves when every answer of the page is known. */
async function open(page, site, house) {
  await page.goto(site.url("acts/controls"));
  for (const id of OUTPUTS) await house.signals(id, "shown");
}

/** Everything stored of a person's acts, once all that was noticed is sent: `{ o-1: ["copied button"] }`. */
async function acts(page, house, ids = OUTPUTS) {
  // What a control did is looked at a moment later, and leaving looks at once.
  await page.goto("about:blank");
  const all = {};
  for (const id of ids) {
    const { signals } = await settled(house, id);
    all[id] = signals
      .filter(({ kind }) => !["shown", "dwell", "selected"].includes(kind))
      .map(({ kind, via, value, scale }) => [kind, via, value, scale].filter((fact) => fact !== undefined && fact !== null).join(" "));
  }
  return all;
}

/** The output once two looks find the same: a beacon has no answer to wait for. */
async function settled(house, id) {
  let before;
  await expect
    .poll(async () => {
      const last = before;
      before = await house.find(id);
      return last && before && last.signals.length === before.signals.length;
    }, { intervals: [600] })
    .toBe(true);
  return before;
}

test("clicks on what is no control of an answer, or does nothing to one, are nothing", async ({ page, site, house }) => {
  await open(page, site, house);
  const text = await page.locator("#text").boundingBox();
  await page.mouse.click(text.x + 40, text.y + 5);
  for (const id of ["save-as-copy", "cancel", "twin-other", "user-copy", "page-share", "record", "chip"]) await page.locator(`#${id}`).click();
  await expect(page.getByRole("alert")).toHaveText("复制成功");
  expect(await acts(page, house)).toEqual({ "o-1": [], "o-2": [], "o-3": [], "o-4": [], "o-5": [] });
});

test("two buttons that look the same are told apart by what they write", async ({ page, site, house }) => {
  await open(page, site, house);
  await page.locator("#twin-other").click();
  await page.locator("#twin-copy").click();
  await expect(page.getByRole("alert")).toHaveCount(1);
  const [copied] = await house.signals("o-1", "copied");
  expect(copied).toMatchObject({ via: "button" });
  expect(copied.share).toBeGreaterThanOrEqual(0.96);
  expect((await acts(page, house))["o-1"]).toEqual(["copied button"]);
});

test("a share button that copies is a copy, one that opens something is not", async ({ page, site, house }) => {
  await open(page, site, house);
  await page.locator("#share-copy").click();
  await expect(page.getByRole("alert")).toHaveCount(1);
  await page.locator("#share").click();
  expect((await acts(page, house))["o-1"]).toEqual(["copied button", "shared button"]);
});

test("insert, reject and download by name", async ({ page, site, house }) => {
  await open(page, site, house);
  for (const id of ["insert", "reject", "download"]) await page.locator(`#${id}`).click();
  expect((await acts(page, house))["o-1"]).toEqual(["accepted button", "dismissed button", "downloaded button"]);
});

test("thumbs that say whether they are on, by mouse and keyboard", async ({ page, site, house }) => {
  await open(page, site, house);
  await page.locator("#pressed-up").click();
  await house.signals("o-1", "rated");
  await page.locator("#pressed-down").focus();
  await page.keyboard.press("Enter");
  await house.signals("o-1", "rated", 2);
  await page.keyboard.press("Space");
  expect((await acts(page, house))["o-1"]).toEqual(["rated 1 thumbs", "rated -1 thumbs", "rated 0 thumbs"]);
});

test("thumbs that show a class, in another language than the page declares", async ({ page, site, house }) => {
  const names = page.waitForResponse(/names\.js/);
  await open(page, site, house);
  // The first name of a language that nothing announced brings the words of all.
  await page.locator("#class-up").click();
  await page.evaluate((url) => import(url), (await names).url());
  await page.locator("#class-down").click();
  await house.signals("o-2", "rated");
  await page.locator("#class-down").click();
  expect((await acts(page, house))["o-2"]).toEqual(["rated -1 thumbs", "rated 0 thumbs"]);
});

test("a thumb that can be used once, and one that asks why", async ({ page, site, house }) => {
  await open(page, site, house);
  await page.locator("#submitted").click();
  await house.signals("o-3", "rated");
  await page.locator("#submitted").click();
  await page.locator("#form-down").click();
  await page.locator("#style").click();
  const told = await acts(page, house);
  expect(told["o-3"]).toEqual(["rated -1 thumbs"]);
  expect(told["o-4"]).toEqual(["rated -1 thumbs"]);
});

test("stars, by a click on a label and by the keyboard", async ({ page, site, house }) => {
  await open(page, site, house);
  await page.locator("#four-stars").click();
  await house.signals("o-5", "rated");
  await page.keyboard.press("ArrowRight");
  expect((await acts(page, house))["o-5"]).toEqual(["rated 0.5 stars", "rated 1 stars"]);
});

/** Opens the page that streams, with so many ms a word. */
async function stream(page, site, house, word = 20) {
  await page.goto(site.url("acts/regenerate", { word }));
  await expect(page.locator("[data-ai-output]")).toHaveCount(1);
}

test("another answer, by name, by keyboard and through a menu", async ({ page, site, house }) => {
  await stream(page, site, house);
  await house.signals("o-1", "shown");
  await page.locator(".again").click();
  await house.signals("o-2", "shown");
  await page.locator(".again").focus();
  await page.keyboard.press("Space");
  await house.signals("o-3", "shown");
  await page.locator(".menu").click();
  await page.getByRole("menuitem").click();
  const [shown] = await house.signals("o-4", "shown");
  expect(shown.replaces).toBe("o-3");
  for (const [id, ordinal] of [["o-1", 1], ["o-2", 2], ["o-3", 3]]) {
    const [regenerated] = await house.signals(id, "regenerated");
    expect(regenerated).toMatchObject({ ordinal });
    expect(regenerated.after_ms).toBeGreaterThan(800);
  }
  expect(await acts(page, house, ["o-4"])).toEqual({ "o-4": [] });
});

test("a nameless button is one for another answer if an answer takes the place", async ({ page, site, house }) => {
  await stream(page, site, house);
  await house.signals("o-1", "shown");
  await page.locator(".other").click();
  await page.locator(".nameless").click();
  const [shown] = await house.signals("o-2", "shown");
  expect(shown.replaces).toBe("o-1");
  await page.locator(".other").click();
  await page.locator("#composer").fill("And now?");
  await page.locator("#send").click();
  await house.signals("o-3", "shown");
  expect(await acts(page, house, ["o-1", "o-2", "o-3"])).toEqual({ "o-1": ["regenerated"], "o-2": [], "o-3": [] });
});

test("a nameless send button that stops meanwhile, and one that does not", async ({ page, site, house }) => {
  await stream(page, site, house, 300);
  await expect(page.locator("[data-ai-output]")).toContainText("water");
  await page.locator("#attach").click();
  await expect(page.locator("[data-ai-output]")).toContainText("boils");
  await page.locator("#send").click();
  const text = await page.locator("[data-ai-output]").innerText();
  expect(text, "it was cut short").not.toContain("above");
  const [stopped] = await house.signals("o-1", "stopped");
  expect(stopped.chars).toBe(text.trim().length);
  expect(stopped.after_ms).toBeGreaterThan(500);
  await page.locator(".again").click();
  await house.signals("o-2", "shown");
  await page.locator("#attach").click();
  expect(await acts(page, house, ["o-1", "o-2"])).toEqual({ "o-1": ["stopped", "regenerated"], "o-2": [] });
});

test("a button beside the composer that is used as the stream ends by itself stops nothing", async ({ page, site, house }) => {
  await stream(page, site, house, 60);
  await expect(page.locator("[data-ai-output]")).toContainText("air");
  await page.locator("#attach").click();
  await house.signals("o-1", "shown");
  expect(await acts(page, house, ["o-1"])).toEqual({ "o-1": [] });
});

test("controls and shortcuts that an adapter names", async ({ page, site, house }) => {
  const adapter = JSON.stringify({
    output: ".suggestion",
    id: "data-message",
    controls: { accept: ".use", dismiss: ".not" },
    keys: { accept: "Tab", dismiss: "Escape" },
  });
  await page.goto(site.url("acts/declared", { attributes: `data-adapter='${adapter}'` }));
  for (const id of ["o-1", "o-2"]) await house.signals(id, "shown");
  await page.locator(".use").click();
  await house.signals("o-1", "accepted");
  await page.locator(".not").click();
  await house.signals("o-1", "dismissed");
  await page.locator("#draft").click();
  await page.keyboard.press("Tab");
  const [accepted] = await house.signals("o-2", "accepted");
  expect(accepted.via).toBe("key");
  // The page leaves this one to the browser, and the suggestion stays.
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  await page.keyboard.press("Escape");
  await house.signals("o-2", "dismissed");
  const told = await acts(page, house, ["o-1", "o-2"]);
  expect(told["o-1"]).toEqual(["accepted button", "dismissed button"]);
  expect(told["o-2"].filter((act) => !act.startsWith("edited"))).toEqual(["accepted key", "dismissed key"]);
});
