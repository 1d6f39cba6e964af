// Selections, copies and pastes, in every way a page and a person have of doing
// them: one signal for one act, with the right share, and none for anything else.

import { expect, test } from "./house.mjs";

async function open(page, site, house) {
  await page.goto(site.url("acts/copies"));
  for (const id of ["o-1", "o-2", "o-shadow"]) await house.signals(id, "shown");
}

/** Selects from inside one element to inside another, by mouse. */
async function drag(page, from, to) {
  const [start, end] = [await page.locator(from).boundingBox(), await page.locator(to).boundingBox()];
  await page.mouse.move(start.x + 1, start.y + start.height / 2);
  await page.mouse.down();
  await page.mouse.move(end.x + end.width - 2, end.y + end.height / 2, { steps: 4 });
  await page.mouse.up();
}

/** A paragraph, by three clicks. */
async function paragraph(page, selector) {
  const box = await page.locator(selector).boundingBox();
  await page.mouse.click(box.x + 20, box.y + 8, { clickCount: 3 });
}

const copyKeys = (page) => page.keyboard.press("Control+c");

/** The copies of an output after all that was noticed is stored. */
async function copies(page, house, id, count) {
  const found = count === 0 ? [] : await house.signals(id, "copied", count);
  await page.evaluate(() => window.tacit.flush());
  const { signals } = await house.output(id);
  const all = signals.filter(({ kind }) => kind === "copied");
  expect(all.length, `copies of ${id}`).toBe(count);
  return found;
}

for (const [way, button] of [
  ["writeText", "copy"],
  ["write, with HTML beside it", "copy-items"],
  ["execCommand with a field that is gone at once", "copy-old"],
  ["execCommand with data put into the event", "copy-event"],
]) {
  test(`a button copies Markdown by ${way}`, async ({ page, site, house }) => {
    await open(page, site, house);
    await page.locator(`#${button}`).click();
    const [copied] = await copies(page, house, "o-1", 1);
    expect(copied.via).toBe("button");
    expect(copied.share).toBeGreaterThanOrEqual(0.96);
    await copies(page, house, "o-2", 0);
  });
}

test("code is known by what is written, also where it can be edited, and a link is no copy", async ({ page, site, house }) => {
  await open(page, site, house);
  for (const id of ["copy-link", "copy-code", "copy-editor"]) await page.locator(`#${id}`).click();
  const all = await copies(page, house, "o-1", 2);
  expect(all.map(({ via }) => via)).toEqual(["code", "code"]);
  expect(all.map(({ chars }) => chars)).toEqual([21, 29]);
});

test("by keyboard across two answers: one signal each, with its share", async ({ page, site, house }) => {
  await open(page, site, house);
  await drag(page, "#one", "#two");
  await copyKeys(page);
  const [first] = await copies(page, house, "o-1", 1);
  const [second] = await copies(page, house, "o-2", 1);
  expect(first).toMatchObject({ via: "selection" });
  expect(first.share).toBeGreaterThan(0.95);
  expect(second.share).toBeGreaterThan(0.95);
});

test("all of the page", async ({ page, site, house }) => {
  await open(page, site, house);
  await page.locator("#question").click();
  await page.keyboard.press("Control+a");
  await copyKeys(page);
  for (const id of ["o-1", "o-2", "o-shadow"]) {
    const [copied] = await copies(page, house, id, 1);
    expect(copied, id).toMatchObject({ share: 1 });
    expect((await house.signals(id, "selected"))[0], id).toMatchObject({ share: 1 });
  }
});

test("in a shadow tree", async ({ page, site, house }) => {
  await open(page, site, house);
  await paragraph(page, "#shadow");
  await copyKeys(page);
  const [copied] = await copies(page, house, "o-shadow", 1);
  expect(copied).toMatchObject({ via: "selection", share: 1, chars: 70 });
  expect((await house.signals("o-shadow", "selected"))[0]).toMatchObject({ share: 1, chars: 70 });
  await copies(page, house, "o-1", 0);
});

test("a selection is told when it rests, and again only when it is larger", async ({ page, site, house }) => {
  await open(page, site, house);
  await paragraph(page, "#one");
  const [one] = await house.signals("o-1", "selected");
  expect(one).toMatchObject({ chars: 71 });
  await page.mouse.click(5, 5);
  const box = await page.locator("#one").boundingBox();
  await page.mouse.dblclick(box.x + 40, box.y + 8);
  await page.keyboard.press("Control+a");
  const [, all] = await house.signals("o-1", "selected", 2);
  expect(all.share).toBe(1);
  const { signals } = await house.output("o-1");
  expect(signals.filter(({ kind }) => kind === "selected")).toHaveLength(2);
});

test("pasted into the composer and another editor, however short, and never where nothing is read", async ({ page, site, house }) => {
  await open(page, site, house);
  await paragraph(page, "#one");
  await copyKeys(page);
  await copies(page, house, "o-1", 1);
  for (const id of ["composer", "secret", "note"]) {
    await page.locator(`#${id}`).click();
    await page.keyboard.press("Control+v");
  }
  const pastes = await house.signals("o-1", "pasted", 2);
  expect(pastes[0]).toMatchObject({ chars: 71 });
  // A single word comes from where it was copied.
  const box = await page.locator("#two").boundingBox();
  await page.mouse.dblclick(box.x + 40, box.y + 8);
  await copyKeys(page);
  await page.locator("#composer").click();
  await page.keyboard.press("Control+v");
  const [word] = await house.signals("o-2", "pasted");
  expect(word.chars).toBeLessThan(10);
  await page.evaluate(() => window.tacit.flush());
  const { signals } = await house.output("o-1");
  expect(signals.filter(({ kind }) => kind === "pasted")).toHaveLength(2);
});

test("cut out of a document that holds it", async ({ page, site, house }) => {
  await open(page, site, house);
  await paragraph(page, "#one");
  await copyKeys(page);
  await page.locator("#composer").click();
  await page.keyboard.press("Control+v");
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Control+x");
  const all = await copies(page, house, "o-1", 2);
  expect(all.map(({ via }) => via)).toEqual(["selection", "selection"]);
});

test("with another library's wrappers around the clipboard, before and after ours", async ({ page, site, house }) => {
  await open(page, site, house);
  await page.evaluate(() => window.wrapAgain());
  await page.locator("#copy").click();
  await copies(page, house, "o-1", 1);
  expect(await page.evaluate(() => window.wrapped)).toBe(2);
  await page.evaluate(() => window.tacit.stop());
  await page.locator("#copy").click();
  await expect.poll(() => page.evaluate(() => window.wrapped)).toBe(4);
});

test("what a script copies or selects without a person is nothing", async ({ page, site, house }) => {
  await open(page, site, house);
  await page.evaluate(async () => {
    getSelection().selectAllChildren(document.querySelector("#one"));
    document.execCommand("copy");
    await navigator.clipboard.writeText(document.querySelector("#one").textContent).catch(() => {});
    document.querySelector("#copy").click();
  });
  await page.waitForTimeout(800);
  await copies(page, house, "o-1", 0);
  const { signals } = await house.output("o-1");
  expect(signals.filter(({ kind }) => kind === "selected")).toEqual([]);
});
