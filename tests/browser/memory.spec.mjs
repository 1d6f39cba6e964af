// Accepted text is looked for again, on this page and days later on the next, and
// what is kept on the device for it. The page's clock is moved, not waited for.

import { expect, reasonsOf, test } from "./house.mjs";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The document of memory.html, with the option given. */
class Desk {
  constructor(page, house) {
    Object.assign(this, { page, house });
  }

  static async open({ page, site, house }, storage) {
    await page.clock.install();
    const errors = [];
    page.on("pageerror", (error) => errors.push(error.message));
    const desk = new Desk(page, house);
    desk.errors = errors;
    desk.url = site.url("memory", { attributes: storage ? `data-storage="${storage}"` : "" });
    await desk.visit();
    return desk;
  }

  async visit() {
    await this.page.goto(this.url);
    await this.page.waitForFunction(() => window.tacit);
    // The module is there when it has shown the answer, and what it keeps when it was asked to.
    await this.house.signals("o-lease", "shown");
  }

  async insert() {
    await this.page.locator("#insert").click();
    await this.house.signals("o-lease", "accepted");
  }

  /** Time passes, and the module has a moment to look. */
  async pass(ms) {
    await this.page.clock.fastForward(ms);
  }

  /** The looks that were told, once there are `count`: age in seconds and share. */
  async looks(count) {
    const told = await this.house.signals("o-lease", "survived", count);
    expect(told).toHaveLength(count);
    return told.map(({ age_s, share }) => [age_s, share]);
  }

  /** Types at one end of the inserted paragraph, or takes of it away. */
  async cutTo(share) {
    await this.page.evaluate((share) => {
      const { firstChild: text } = document.querySelector("#document p");
      getSelection().setBaseAndExtent(text, Math.round(text.length * share), text, text.length);
    }, share);
    await this.page.keyboard.press("Delete");
  }

  /** What of ours is in the browser's storage. */
  kept() {
    return this.page.evaluate(() =>
      Object.fromEntries(Object.entries(localStorage).filter(([key]) => key.startsWith("tacit"))),
    );
  }
}

test("accepted text that is edited is told by its share, on the page and a day later", async ({ page, site, house }) => {
  const desk = await Desk.open({ page, site, house }, "local");
  await desk.insert();
  await desk.pass(31_000);
  const [[age, all]] = await desk.looks(1);
  expect(age).toBeGreaterThanOrEqual(30);
  expect(age).toBeLessThan(120);
  expect(all).toBe(1);

  await desk.cutTo(0.7);
  await desk.pass(11 * MINUTE);
  const [, [later, most]] = await desk.looks(2);
  expect(later).toBeGreaterThanOrEqual(600);
  expect(most).toBeGreaterThan(0.68);
  expect(most).toBeLessThan(0.72);

  await desk.pass(25 * HOUR);
  await desk.visit();
  const [, , [day, left]] = await desk.looks(3);
  expect(day).toBeGreaterThan(24 * 3_600);
  expect(day).toBeLessThan(7 * 86_400);
  expect(Math.abs(left - most)).toBeLessThanOrEqual(0.02);

  const { label } = await house.output("o-lease", ({ label }) => label?.score >= 6);
  expect(reasonsOf(label)).toMatchObject({ accepted_survived_10min: 4, accepted_survived_24h: 2 });
  expect(label.subject_kind).toBe("visitor");
  expect(desk.errors).toEqual([]);
});

test("without storage the looks end with the page, and nothing is kept on the device", async ({ page, site, house }) => {
  const desk = await Desk.open({ page, site, house });
  await desk.insert();
  await desk.pass(31_000);
  expect(await desk.looks(1)).toEqual([[expect.any(Number), 1]]);
  expect(await page.evaluate(() => [Object.keys(localStorage), document.cookie])).toEqual([[], ""]);
  await desk.pass(25 * HOUR);
  await desk.looks(2);
  const { label } = await house.output("o-lease");
  expect(label.subject_kind).toBe("session");
});

test("no text is kept, and a person's no takes everything away until a yes", async ({ page, site, house }) => {
  const desk = await Desk.open({ page, site, house }, "local");
  await desk.insert();
  await expect.poll(async () => Object.keys(await desk.kept()).sort()).toEqual([
    "tacit:capture:1:kept",
    "tacit:capture:1:key",
    "tacit:capture:1:visitor",
  ]);
  const before = await desk.kept();
  expect(before["tacit:capture:1:kept"]).toMatch(/^o-lease\t/);
  expect(JSON.stringify(before)).not.toMatch(/deposit|landlord|clause|heating/);

  await page.evaluate(() => window.tacit.consent("denied"));
  expect(await desk.kept()).toEqual({});
  await page.locator("#insert").click();
  await desk.pass(31_000);
  expect(await desk.kept()).toEqual({});

  await page.evaluate(() => window.tacit.consent("granted"));
  await page.locator("#insert").click();
  await expect.poll(async () => Object.keys(await desk.kept())).toHaveLength(3);
  expect((await desk.kept())["tacit:capture:1:visitor"]).not.toBe(before["tacit:capture:1:visitor"]);
  await page.evaluate(() => window.tacit.flush());
  expect(await house.signals("o-lease", "accepted", 2)).toHaveLength(2);
});

test("another page of the site that is told no is believed", async ({ page, context, site, house }) => {
  const desk = await Desk.open({ page, site, house }, "local");
  await desk.insert();
  const other = await context.newPage();
  await other.goto(desk.url);
  await other.waitForFunction(() => window.tacit);
  await other.evaluate(() => window.tacit.consent("denied"));
  await expect.poll(() => desk.kept()).toEqual({});
  await desk.insert();
  await desk.pass(31_000);
  expect(await desk.kept()).toEqual({});
});

for (const [why, script] of [
  ["a browser that asks for privacy", () => Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true })],
  [
    "a page that may not look at its storage",
    () => {
      const theirs = Storage.prototype.setItem;
      Storage.prototype.setItem = function (key, value) {
        if (this === sessionStorage) return theirs.call(this, key, value);
        throw new DOMException("full", "QuotaExceededError");
      };
    },
  ],
]) {
  test(`${why} keeps nothing, and goes on`, async ({ page, site, house }) => {
    await page.addInitScript(script);
    const desk = await Desk.open({ page, site, house }, "local");
    await desk.insert();
    await desk.pass(31_000);
    await desk.looks(1);
    expect(await desk.kept()).toEqual({});
    expect((await house.output("o-lease")).label.subject_kind).toBe("session");
    expect(desk.errors).toEqual([]);
  });
}
