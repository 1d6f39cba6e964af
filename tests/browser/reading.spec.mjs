// How long and how deep an answer was read: only what a person could have read
// counts, and what is left of the page does not disturb it.

import { expect, test } from "./house.mjs";

/** Opens a page of `pages/reading.html`, and moves the mouse as a reader does. */
async function visit({ page, site, house }, show, id = "o-1") {
  await page.goto(site.url("reading", { show }));
  await house.signals(id, "shown");
  await page.mouse.move(20, 20);
}

/** Until `active_ms` of reading `id` was told, with the mouse moving meanwhile. */
async function readUntil({ page, house }, id, ready) {
  let n = 0;
  await expect
    .poll(async () => {
      await page.mouse.move(20 + (n++ % 50), 30);
      return ready((await dwells(house, id)).at(-1));
    })
    .toBe(true);
  return (await dwells(house, id)).at(-1);
}

async function dwells(house, id) {
  return (await house.find(id))?.signals.filter(({ kind }) => kind === "dwell") ?? [];
}

/** What was told of `id` after the page was left. */
async function afterLeaving({ page, house }, id) {
  const before = (await dwells(house, id)).length;
  await page.goto("about:blank");
  await expect.poll(async () => (await dwells(house, id)).length).toBeGreaterThan(before);
  return (await dwells(house, id)).at(-1);
}

test("how deep an answer taller than the screen was read", async ({ page, site, house }) => {
  await visit({ page, site, house }, "tall");
  const top = await readUntil({ page, house }, "o-1", (dwell) => dwell?.active_ms >= 2_000);
  expect(top.read_share).toBeGreaterThan(0.2);
  expect(top.read_share).toBeLessThan(0.3);
  await page.mouse.wheel(0, 1_500);
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(1_400);
  const middle = await readUntil({ page, house }, "o-1", (dwell) => dwell?.active_ms >= 8_000);
  expect(middle.read_share).toBeGreaterThan(0.7);
  expect(middle.read_share).toBeLessThan(0.8);
});

// 720 px of 3,000, or of 4,500.
for (const [where, show, least, most] of [
  ["on a page that is zoomed", "zoomed", 0.1, 0.2],
  ["in an open shadow tree", "shadow", 0.2, 0.3],
]) {
  test(`an answer ${where} is read as any other`, async ({ page, site, house }) => {
    await visit({ page, site, house }, show);
    const { read_share } = await readUntil({ page, house }, "o-1", (dwell) => dwell?.active_ms >= 2_000);
    expect(read_share).toBeGreaterThan(least);
    expect(read_share).toBeLessThan(most);
  });
}

test("a chat in a tall frame of another site is read there", async ({ page, site, house }) => {
  await page.setContent(`<iframe src="${site.url("reading", { show: "tall" })}" style="width: 600px; height: 4000px"></iframe>`);
  await house.signals("o-1", "shown");
  // Only what is clicked in has the focus.
  await page.mouse.click(300, 300);
  const { read_share } = await readUntil({ page, house }, "o-1", (dwell) => dwell?.active_ms >= 2_000);
  expect(read_share).toBeLessThan(0.3);
});

for (const [place, reveal] of [
  [
    "a scrolled pane",
    async (page) => {
      await page.mouse.move(100, 150);
      await page.mouse.wheel(0, 2_000);
    },
  ],
  ["a closed tab", (page) => page.evaluate(() => document.querySelector("#panel").style.removeProperty("display"))],
]) {
  test(`of an answer out of sight in ${place} nothing is read`, async ({ page, site, house }) => {
    await visit({ page, site, house }, place.split(" ").at(-1), "o-2");
    await readUntil({ page, house }, "o-2", (dwell) => dwell?.active_ms >= 2_000);
    expect(await dwells(house, "o-1")).toEqual([]);
    await reveal(page);
    const read = await readUntil({ page, house }, "o-1", (dwell) => dwell?.active_ms >= 2_000);
    expect(read.active_ms).toBeLessThan(8_000);
  });
}

test("an element that is taken away and made anew goes on with its time", async ({ page, site, house }) => {
  await visit({ page, site, house }, "plain");
  await readUntil({ page, house }, "o-1", (dwell) => dwell?.active_ms >= 2_000);
  for (let round = 0; round < 3; round++) {
    const told = (await dwells(house, "o-1")).length;
    await page.evaluate(() => document.querySelector("[data-ai-output]").remove());
    await page.mouse.move(40 + round, 40);
    if (round === 0) await expect.poll(async () => (await dwells(house, "o-1")).length).toBeGreaterThan(told);
    await page.evaluate(() => make("o-1"));
    await page.mouse.move(50 + round, 50);
  }
  await readUntil({ page, house }, "o-1", (dwell) => dwell?.active_ms >= 8_000);
  const all = (await dwells(house, "o-1")).map(({ active_ms }) => active_ms);
  expect(all).toEqual([...all].sort((a, b) => a - b));
  expect(await house.signals("o-1", "shown")).toHaveLength(1);
});

test("behind another tab nothing is read, in a frame of the page it goes on", async ({ page, site, house, context }) => {
  const began = Date.now();
  await visit({ page, site, house }, "frame");
  await page.frameLocator("iframe").locator("button").click();
  await readUntil({ page, house }, "o-1", (dwell) => dwell?.active_ms >= 2_000);
  // Playwright lets every page believe that it has the focus.
  const client = await context.newCDPSession(page);
  await client.send("Emulation.setFocusEmulationEnabled", { enabled: false });
  const other = await context.newPage();
  await other.bringToFront();
  await expect.poll(() => page.evaluate(() => document.hasFocus())).toBe(false);
  const away = 5_000;
  await page.waitForTimeout(away);
  await page.bringToFront();
  await expect.poll(() => page.evaluate(() => document.hasFocus())).toBe(true);
  const { active_ms } = await readUntil({ page, house }, "o-1", (dwell) => dwell?.active_ms >= 8_000);
  expect(active_ms).toBeLessThan(Date.now() - began - away);
});

test("a kept answer that comes back with another route is not shown again", async ({ page, site, house }) => {
  await visit({ page, site, house }, "plain");
  await page.evaluate(() => {
    window.kept = document.querySelector("[data-ai-output]");
    history.pushState({}, "", "/elsewhere");
    kept.remove();
    make("o-2", { text: "Another answer, in another place of the app, about other things." });
  });
  await house.signals("o-2", "shown");
  await page.evaluate(() => {
    history.replaceState({}, "", "/elsewhere#part");
    location.hash = "other";
    history.go(-2);
  });
  await expect.poll(() => page.evaluate(() => location.pathname)).toBe("/reading");
  await page.evaluate(() => {
    document.querySelector("[data-ai-output]").remove();
    document.querySelector("main").append(kept);
  });
  await readUntil({ page, house }, "o-1", (dwell) => dwell?.active_ms >= 2_000);
  const shown = await house.signals("o-1", "shown");
  expect(shown).toHaveLength(1);
  const sessions = new Set([...shown, ...(await house.signals("o-2", "shown"))].map(({ id }) => id.split(":")[0]));
  expect(sessions.size).toBe(1);
});

test("two tabs of one chat are two sessions, and the one in front is read", async ({ page, site, house, context }) => {
  await visit({ page, site, house }, "plain");
  const other = await context.newPage();
  for (const tab of [page, other]) {
    const client = await context.newCDPSession(tab);
    await client.send("Emulation.setFocusEmulationEnabled", { enabled: false });
  }
  await other.bringToFront();
  await expect.poll(() => page.evaluate(() => document.hasFocus())).toBe(false);
  await other.goto(site.url("reading", { show: "plain" }));
  await house.signals("o-1", "shown", 2);
  await readUntil({ page: other, house }, "o-1", (dwell) => dwell?.active_ms >= 2_000);
  await page.close({ runBeforeUnload: true });
  const session = ({ id }) => id.split(":")[0];
  const sessions = new Set((await house.signals("o-1", "shown", 2)).map(session));
  expect(sessions.size).toBe(2);
  const [behind] = [...sessions];
  const most = (await dwells(house, "o-1")).filter((dwell) => session(dwell) === behind).map(({ active_ms }) => active_ms);
  // What the first had before the second came in front.
  expect(Math.max(0, ...most)).toBeLessThan(20_000);
});
