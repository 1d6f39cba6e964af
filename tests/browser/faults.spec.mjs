// Many visits through a network that fails in every way, each ended at a random
// moment: left, closed, or crashed. TACIT_VISITS says how many, TACIT_SEED which.

import { Faults, randomFrom } from "./faults.mjs";
import { expect, test } from "./house.mjs";

const VISITS = Number(process.env.TACIT_VISITS ?? 24);
const SEED = Number(process.env.TACIT_SEED ?? Date.now() % 1_000_000);
/** How visits end; most of them as most do. */
const ENDINGS = ["left", "left", "left", "closed", "closed", "crashed"];
/** Browser contexts at a time: half of them keep signals on the device. */
const PEOPLE = 4;

// A thousand visits are too many to record.
test.use({ trace: "off" });

test("whatever the network does, and however a visit ends, what was detected is stored once", async ({ browser, house, site }) => {
  test.setTimeout(60_000 + VISITS * 3_000);
  const faults = await Faults.open(house.url, randomFrom(SEED));
  const people = Array.from({ length: PEOPLE }, (_, n) => new Visitor({ browser, site, faults, n, random: randomFrom(SEED + 1 + n) }));
  let left = VISITS;
  await Promise.all(
    people.map(async (person) => {
      await person.begin();
      while (left-- > 0) await person.visit();
      await person.end();
    }),
  );
  faults.on = false;
  for (const person of people) await person.heal();
  await expect.poll(async () => (await house.ledger()).events.waiting, { timeout: 60_000 }).toBe(0);

  const visits = people.flatMap(({ visits }) => visits);
  const figures = await judge(visits, faults, house);
  console.log(`faults: seed ${SEED}: ${JSON.stringify(figures)}`);
  await faults.close();
  for (const person of people) await person.context.close();
  expect(visits).toHaveLength(VISITS);
  expect(figures.kept, "visits whose signals were kept on the device").toBeGreaterThan(VISITS / 8);
});

/** Somebody who comes again and again, and leaves in all kinds of ways. */
class Visitor {
  visits = [];

  constructor(facts) {
    Object.assign(this, facts);
    this.isLocal = this.n % 2 === 1;
  }

  async begin() {
    this.context = await this.browser.newContext();
    const byOutput = new Map();
    this.byOutput = byOutput;
    await this.context.exposeBinding("tell", (_, what) => {
      const visit = byOutput.get(what.output);
      if (what.kept && visit) visit.isKept = true;
      else if (what.armed && visit) visit.safe = visit.told.length;
      else if (visit) visit.told.push(what.seq);
    });
    this.page = await this.context.newPage();
  }

  url(visit) {
    const storage = this.isLocal ? 'data-storage="local"' : "";
    const attributes = `${storage} data-endpoint="${this.faults.url}/c" data-flush-after-ms="300"`;
    return this.site.url("visits", { visit, attributes });
  }

  async visit() {
    const { random } = this;
    const ending = ENDINGS[Math.floor(random() * ENDINGS.length)];
    // `safe`: so many of what was told are armed or better. `isKept`: what waits is on the device
    // as well, from when the part that does it is there; a visit may be over before.
    const visit = { id: `v-${this.n}-${this.visits.length}`, isLocal: this.isLocal, ending, told: [], safe: 0, isKept: false };
    this.visits.push(visit);
    this.byOutput.set(visit.id, visit);
    await this.page.goto(this.url(visit.id), { waitUntil: "commit" });
    await this.page.waitForFunction(() => window.tacit && window.act);
    const pauses = Array.from({ length: 1 + Math.floor(random() * 12) }, () => Math.floor(random() * 60));
    // Nobody waits for the acts to be over, nor for all that is detected to be sent.
    this.page.evaluate((pauses) => window.act(pauses), pauses).catch(() => {});
    if (random() < 0.9) await expect.poll(() => visit.told.length, { intervals: [20] }).toBeGreaterThan(0);
    await this.page.waitForTimeout(random() * 500);
    await this[ending]();
  }

  /** By the next visit, in the same tab. */
  async left() {}

  async closed() {
    const gone = this.page.waitForEvent("close");
    await this.page.close({ runBeforeUnload: true });
    await gone;
    this.page = await this.context.newPage();
  }

  async crashed() {
    const crash = this.page.waitForEvent("crash");
    const session = await this.context.newCDPSession(this.page);
    session.send("Page.crash").catch(() => {});
    await crash;
    await this.page.close();
    this.page = await this.context.newPage();
  }

  async end() {
    await this.page.close();
  }

  /** The network is well again, and somebody comes back. */
  async heal() {
    if (!this.isLocal) return;
    const page = await this.context.newPage();
    await page.goto(this.url(`v-${this.n}-healed`));
    const waiting = () => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("tacit:capture:1:q:")));
    await page.waitForFunction(() => window.tacit);
    await page.evaluate(() => window.act([0]));
    await expect.poll(waiting, { timeout: 60_000 }).toEqual([]);
  }
}

/** What became of every signal; throws where one is lost that must not be. */
async function judge(visits, faults, house) {
  const arrived = new Map();
  const through = new Map();
  for (const { output, seqs, status } of faults.batches) {
    const of = (map) => map.get(output) ?? map.set(output, new Set()).get(output);
    for (const seq of seqs) of(arrived).add(seq);
    if (status === 204 || status === 200) for (const seq of seqs) of(through).add(seq);
  }
  const figures = {
    visits: visits.length,
    detected: 0,
    stored: 0,
    requests: faults.batches.length,
    duplicatesRefused: (await house.ledger()).events.duplicate,
    kept: visits.filter(({ isKept }) => isKept).length,
    lostByTheNetworkAtTheEnd: 0,
    crashedBeforeArmed: 0,
  };
  for (const kind of ["left", "closed", "crashed"]) figures[kind] = visits.filter(({ ending }) => ending === kind).length;
  for (const { fault } of faults.batches) figures[fault] = (figures[fault] ?? 0) + 1;
  const all = await inTwenties(visits, async ({ id }) => (await house.find(id))?.signals ?? []);
  for (const [place, visit] of visits.entries()) {
    const known = all[place];
    const stored = known.map(({ id }) => Number(id.split(":")[1]));
    expect(new Set(stored).size, `${visit.id}: each once`).toBe(stored.length);
    const has = new Set(stored);
    // What the collector said it took is there, once.
    for (const seq of through.get(visit.id) ?? []) expect(has.has(seq), `${visit.id}: ${seq} was acknowledged`).toBe(true);
    visit.told.forEach((seq, place) => {
      figures.detected += 1;
      if (has.has(seq)) return void (figures.stored += 1);
      const reached = arrived.get(visit.id)?.has(seq);
      const where = visit.isKept ? ", kept" : visit.isLocal ? ", not yet kept" : "";
      const why = `${visit.id} (${visit.ending}${where}): signal ${seq} of ${visit.told}, ${visit.safe} safe, stored ${stored}`;
      if (visit.ending === "crashed" && place >= visit.safe) return void (figures.crashedBeforeArmed += 1);
      // It left the page, and only a network that takes it for good may lose it: not where it was kept.
      expect(reached, `left the page: ${why}`).toBe(true);
      expect(visit.isKept, `kept on the device: ${why}`).toBe(false);
      figures.lostByTheNetworkAtTheEnd += 1;
    });
  }
  return figures;
}

/** The results of `fn`, twenty at a time. */
async function inTwenties(items, fn) {
  const results = [];
  for (let start = 0; start < items.length; start += 20) results.push(...(await Promise.all(items.slice(start, start + 20).map(fn))));
  return results;
}
