// How signals leave a page when its browser, its other scripts or the network are
// against it. `faults.spec.mjs` has all of that at random.

import { Faults } from "./faults.mjs";
import { expect, test as base } from "./house.mjs";

const test = base.extend({
  faults: async ({ house }, use) => {
    const faults = await Faults.open(house.url, Math.random);
    faults.on = false;
    await use(faults);
    await faults.close();
  },
  /** Opens a visit; resolves when its module is there. */
  open: async ({ site, faults }, use) => {
    await use(async (page, visit, attributes = "") => {
      await page.goto(site.url("visits", { visit, attributes: `data-endpoint="${faults.url}/c" ${attributes}` }));
      await page.waitForFunction(() => window.tacit && window.act);
      // What a page states goes through the late part.
      await page.waitForFunction(async () => {
        const late = performance.getEntriesByType("resource").find(({ name }) => /late\.js/.test(name));
        return late && Boolean(await import(late.name));
      });
    });
  },
});

/** Long enough that only an act, or the end of the page, sends. */
const RARELY = 'data-flush-after-ms="60000"';

const act = (page, times = 1) => page.evaluate((pauses) => window.act(pauses), Array(times).fill(0));

async function crash(page) {
  const gone = page.waitForEvent("crash");
  const session = await page.context().newCDPSession(page);
  session.send("Page.crash").catch(() => {});
  await gone;
}


const accepted = async (house, visit) => (await house.find(visit))?.signals.filter(({ kind }) => kind === "accepted") ?? [];

test("the last acts survive a crash of the page", async ({ page, house, faults, open }) => {
  await open(page, "v-crash", RARELY);
  expect(await page.evaluate(() => "fetchLater" in window)).toBe(true);
  await page.exposeFunction("tell", (what) => what.armed && armed.push(what));
  const armed = [];
  await act(page, 3);
  await expect.poll(() => armed.length).toBeGreaterThan(0);
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
  expect(faults.batches).toEqual([]);
  await crash(page);
  expect(await house.signals("v-crash", "accepted", 3)).toHaveLength(3);
});

test("what a beacon or an answer has is not sent by the browser as well", async ({ page, house, faults, open }) => {
  await open(page, "v-once", RARELY);
  await act(page, 3);
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
  await page.goto("about:blank");
  await house.signals("v-once", "accepted", 3);
  await page.close();
  await expect.poll(async () => (await house.ledger()).events.waiting).toBe(0);
  expect(faults.batches).toHaveLength(1);
  expect(faults.batches[0].beacon).toBe(true);
  expect((await house.ledger()).events.duplicate).toBe(0);
});

test("where another script has used up what outlives the page, halves and requests go", async ({ page, house, faults, open }) => {
  await open(page, "v-quota", RARELY);
  // Another script's request holds 60 of the 64 KiB for as long as the page lives.
  await page.evaluate((url) => {
    fetch(url, { method: "POST", body: new Uint8Array(60 * 1024), keepalive: true, mode: "no-cors" }).catch(() => {});
  }, `${faults.url}/held`);
  await expect.poll(() => faults.held).toBe(true);
  // More than the 4 KiB that are left.
  await page.evaluate(() => {
    for (let n = 0; n < 49; n++) window.tacit.signal(`v-quota-${n}-${"x".repeat(110)}`, "accepted", { via: "v".repeat(60) });
    window.tacit.signal("v-quota", "accepted", { via: "last" });
  });
  expect(await page.evaluate(() => navigator.sendBeacon(`${location.origin}/nothing`, new Uint8Array(5_000)))).toBe(false);
  await page.goto("about:blank", { waitUntil: "commit" });
  await expect.poll(() => new Set(faults.batches.flatMap(({ seqs }) => seqs)).size).toBeGreaterThanOrEqual(50);
  await house.signals("v-quota", "accepted");
});

test("nobody who answers costs a request a minute, and a blocked one no more", async ({ page, open }) => {
  await page.clock.install();
  let requests = 0;
  await page.route("**/c", (route) => {
    requests += 1;
    return requests % 2 ? route.abort() : route.fulfill({ status: 404, body: "<h1>no such page</h1>" });
  });
  await open(page, "v-nobody", 'data-flush-after-ms="1000"');
  const minutes = 12;
  const perMinute = [];
  for (let n = 0; n < minutes; n++) {
    const before = requests;
    for (let s = 0; s < 6; s++) {
      await act(page, 2);
      await page.clock.runFor(10_000);
    }
    perMinute.push(requests - before);
  }
  expect(Math.max(...perMinute.slice(2))).toBeLessThanOrEqual(1);
  expect(requests).toBeGreaterThan(7);
});

test("what a page left on the device, the next one sends, once", async ({ page, context, house, faults, open }) => {
  faults.on = true;
  faults.fault = "lost";
  await open(page, "v-left", `${RARELY} data-storage="local"`);
  await act(page, 5);
  await page.goto("about:blank");
  await expect.poll(() => faults.batches.length).toBeGreaterThan(0);
  expect(await accepted(house, "v-left")).toEqual([]);
  faults.on = false;
  const next = await context.newPage();
  await open(next, "v-next", 'data-storage="local"');
  expect(await house.signals("v-left", "accepted", 5)).toHaveLength(5);
  const queued = () => next.evaluate(() => Object.keys(localStorage).filter((key) => /:q:/.test(key)));
  await next.evaluate(() => window.tacit.flush());
  await expect.poll(queued).toEqual([]);
});

test("a person's no takes away what waits, on the device and in the browser", async ({ page, house, faults, open }) => {
  await open(page, "v-no", `${RARELY} data-storage="local"`);
  await act(page, 3);
  await expect.poll(() => page.evaluate(() => Object.keys(localStorage).some((key) => /:q:/.test(key)))).toBe(true);
  await page.evaluate(() => window.tacit.consent("denied"));
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("tacit")))).toEqual([]);
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
  await crash(page);
  await page.close();
  await expect.poll(async () => (await house.ledger()).events.waiting).toBe(0);
  expect(faults.batches).toEqual([]);
});

test("five tabs that are killed at random leave nothing behind and nothing twice", async ({ context, house, faults, open }) => {
  faults.on = true;
  faults.fault = "lost";
  const tabs = await Promise.all(Array.from({ length: 5 }, () => context.newPage()));
  for (const [n, tab] of tabs.entries()) await open(tab, `v-tab-${n}`, `${RARELY} data-storage="local"`);
  await Promise.all(
    tabs.map(async (tab, n) => {
      await act(tab, 50);
      await tab.waitForTimeout(Math.random() * 300);
      // Tabs of one site share a renderer: a crash of one is the end of all that are left.
      if (n === 4) return;
      await tab.close({ runBeforeUnload: n % 2 === 0 });
    }),
  );
  await crash(tabs[4]);
  faults.on = false;
  const next = await context.newPage();
  await open(next, "v-next", 'data-storage="local"');
  for (let n = 0; n < 5; n++) {
    const signals = await house.signals(`v-tab-${n}`, "accepted", 50);
    expect(new Set(signals.map(({ id }) => id)).size).toBe(50);
  }
});
