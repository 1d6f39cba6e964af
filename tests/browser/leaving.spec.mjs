// Whatever happens to the page or the network, what was seen arrives once.

import { expect, test } from "./house.mjs";

test("leaving the page at once takes the last acts along", async ({ person, house }) => {
  const id = await person.ask("python please");
  await person.press("Copy");
  await person.press("Good response");
  // No time for the second that the demo lets signals wait.
  await person.page.goto("about:blank");
  // What was on its way and what came last travel apart, in any order.
  for (const kind of ["shown", "dwell", "copied", "rated"]) await house.signals(id, kind);
  await expectOnce(house);
});

test("closing the tab takes the last acts along", async ({ person, house }) => {
  const id = await person.ask("python please");
  await person.press("Copy");
  await person.page.close({ runBeforeUnload: true });
  await house.signals(id, "copied");
  await expectOnce(house);
});

test("with the network cut, signals wait and then arrive once", async ({ person, house }) => {
  const id = await person.ask("python please");
  await house.signals(id, "shown");
  await person.page.context().setOffline(true);
  await person.press("Copy");
  await person.press("Good response");
  await person.rest(2_500);
  expect((await house.output(id)).signals.filter(({ kind }) => kind === "copied")).toEqual([]);
  await person.page.context().setOffline(false);
  await house.signals(id, "copied");
  await house.signals(id, "rated");
  await expectOnce(house);
});

test("a collector that dies and comes back loses nothing", async ({ person, house }) => {
  const id = await person.ask("python please");
  await house.signals(id, "shown");
  house.collector.process.kill("SIGKILL");
  await house.collector.ended;
  await person.press("Copy");
  await person.rest(1_500);
  await house.startCollector();
  await house.signals(id, "copied");
  expect((await house.signals(id, "shown")).length).toBe(1);
  await expectOnce(house);
});

test("an answered batch is not sent again, and no preflight is caused", async ({ person, house }) => {
  const methods = [];
  person.page.on("request", (request) => methods.push(request.method()));
  const id = await person.ask("python please");
  await person.press("Copy");
  await house.signals(id, "copied");
  await person.rest(2_000);
  await person.page.goto("about:blank");
  await expect.poll(async () => (await house.ledger()).events.waiting).toBe(0);
  expect((await house.ledger()).events.duplicate).toBe(0);
  expect(methods).not.toContain("OPTIONS");
  for (const request of person.requests) {
    expect(request.headers()["content-type"]).toBeUndefined();
    expect(request.headers().cookie).toBeUndefined();
  }
});

/** Each signal is there once, and every sum of the ledger balances. */
async function expectOnce(house) {
  await expect.poll(async () => (await house.ledger()).events.waiting).toBe(0);
  const { batches, events } = await house.ledger();
  const rejected = Object.values(batches.rejected).reduce((sum, n) => sum + n, 0);
  expect(batches.received).toBe(batches.acknowledged + rejected + batches.shed);
  expect(events.acknowledged).toBe(events.stored + events.duplicate + events.quarantined + events.erased + events.waiting);
  const { outputs } = await (await house.get("/v1/outputs")).json();
  const ids = [];
  for (const { id } of outputs) ids.push(...(await house.output(id)).signals.map((signal) => signal.id));
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBe(events.stored);
}
