import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { keepOnDevice } from "./queue.js";

globalThis.addEventListener = () => {};
globalThis.removeEventListener = () => {};

const DAY = 86_400_000;
let now;
let device;
let room;
let answers;
let sent;

beforeEach(() => {
  now = 1_764_000_000_000;
  device = new Map([["visitor", "abc"]]);
  room = Infinity;
  answers = [];
  sent = [];
});

/** As js/storage.js, on one device. */
const storage = {
  get: (name) => device.get(name),
  set(name, value) {
    const others = [...device].filter(([known]) => known !== name).flat().join("").length;
    device.delete(name);
    if (others + name.length + value.length > room) return false;
    device.set(name, value);
    return true;
  },
  remove: (name) => void device.delete(name),
  names: (start) => [...device.keys()].filter((name) => name.startsWith(start)),
};

/** As `navigator.locks`, of one browser. */
class Locks {
  held = new Map();
  async request(name, options, act = options) {
    if (options.ifAvailable && this.held.has(name)) return act(null);
    while (this.held.has(name)) await this.held.get(name);
    let free;
    this.held.set(name, new Promise((resolve) => (free = resolve)));
    try {
      return await act({ name });
    } finally {
      this.held.delete(name);
      free();
    }
  }
}

/** A page: what waits in it, and what it was told. */
function open({ locks = new Locks(), bytesMax = 262_144, days = 7, session = 1, hold = () => {} } = {}) {
  const page = { copies: new Map(), lost: 0, refused: [], locks };
  const tools = {
    copies: page.copies,
    paced: (write) => (page.write = write),
    async post(endpoint, bytes, onAnswer) {
      sent.push([endpoint, bytes[17 + 1 + 2], bytes.at(-1)]);
      await hold();
      onAnswer(answers.shift() ?? [204, NaN]);
    },
    stamp: (bytes) => (bytes[5] = 99),
    attached(remove) {
      page.end = async () => {
        remove();
        // Locks are free a little later.
        await new Promise((resolve) => setTimeout(resolve));
      };
    },
    storage,
    now: () => now,
    locks,
  };
  page.put = (ticket, last, size = 0, events = 3) => {
    const bytes = new Uint8Array(60 + size);
    bytes.set([2, 112, 107], 17);
    bytes.fill(session, 20, 36);
    bytes[59 + size] = last;
    page.copies.set(ticket, { endpoint: "/old", events, bytes });
  };
  const options = { endpoint: "/c", bytesMax, days, lost: (n) => (page.lost += n), refused: (status) => page.refused.push(status) };
  page.ready = keepOnDevice(tools, options);
  return page;
}

const kept = () => storage.names("q:").map((name) => [name.slice(2, 4), name.split(":")[2], storage.get(name).charCodeAt(storage.get(name).length - 1)]);

test("what waits is on the device until it is dealt with, and the next page sends what was left", async () => {
  const first = open();
  first.put(1, 11);
  first.put(2, 255);
  first.write();
  assert.deepEqual(kept(), [["01", "1", 11], ["01", "2", 255]]);
  first.put(3, 3, 0, 0);
  first.write();
  assert.equal(kept().length, 2, "no text");
  first.copies.delete(1);
  first.write();
  first.put(2, 254);
  first.write();
  assert.deepEqual(kept(), [["01", "2", 254]]);
  await open({ locks: first.locks, session: 2 }).ready;
  assert.deepEqual(sent, [], "the first page is still there");
  await first.end();
  await open({ locks: first.locks, session: 2 }).ready;
  assert.deepEqual(sent, [["/c", 1, 254]]);
  assert.deepEqual(kept(), []);
});

for (const [name, given] of [["locks", () => new Locks()], ["marks in the storage", () => null]]) {
  test(`of many pages that come at once, by ${name} one sends`, async () => {
    const locks = given();
    const gone = open({ locks });
    for (const ticket of [1, 2, 3]) gone.put(ticket, ticket);
    gone.write();
    if (locks) await gone.end();
    else now += 60_001;
    const hold = () => new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all([2, 3, 4, 5].map((session) => open({ locks, session, hold }).ready));
    assert.deepEqual(sent.map(([, , last]) => last), [1, 2, 3]);
    assert.deepEqual([...device.keys()], ["visitor"]);
  });
}

test("without locks, what was renewed lately is left alone", async () => {
  const there = open({ locks: null });
  there.put(1, 1);
  there.write();
  now += 59_000;
  await open({ locks: null, session: 2 }).ready;
  assert.deepEqual(sent, []);
});

test("a failure ends the sending; an answer to something of ours begins it anew", async () => {
  const gone = open();
  gone.put(1, 1);
  gone.put(2, 2);
  gone.write();
  await gone.end();
  answers = [[503, 5]];
  const next = open({ locks: gone.locks, session: 2 });
  await next.ready;
  assert.equal(sent.length, 1);
  assert.equal(kept().length, 2);
  next.put(9, 9);
  next.write();
  assert.equal(sent.length, 1, "no request by itself");
  next.copies.clear();
  next.write();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(sent.length, 3);
  assert.deepEqual(kept(), []);
});

test("what is refused for good goes, and is told", async () => {
  const gone = open();
  gone.put(1, 1);
  gone.put(2, 2);
  gone.write();
  await gone.end();
  answers = [[403, NaN]];
  const next = open({ locks: gone.locks, session: 2 });
  await next.ready;
  assert.deepEqual([kept(), next.refused], [[["01", "2", 2]], [403]], "one at a time: it may be no collector");
});

test("too old or too much goes, the oldest first, and what nobody has otherwise is counted", async () => {
  const gone = open({ days: 7 });
  gone.put(1, 1);
  gone.write();
  await gone.end();
  now += 7 * DAY + 1;
  const late = open({ session: 2, bytesMax: 4_000 });
  assert.equal(late.lost, 3);
  assert.deepEqual(sent, []);
  late.put(1, 21, 1_000);
  late.write();
  await late.end();
  now += 1_000;
  const last = open({ locks: late.locks, session: 3, bytesMax: 4_000, hold: () => new Promise(() => {}) });
  for (const ticket of [1, 2, 3, 4]) {
    now += 1_000;
    last.put(ticket, ticket, 1_000);
    last.write();
  }
  assert.equal(last.lost, 3, "its own are in memory");
  assert.deepEqual(kept().map(([, ticket]) => ticket), ["2", "3", "4"]);
  last.put(5, 5, 9_000);
  last.write();
  assert.deepEqual(kept().map(([, ticket]) => ticket), [], "one that is larger than all there may be");
});

test("a device that is full loses the oldest, and breaks nothing", () => {
  const page = open();
  room = 2_500;
  for (const ticket of [1, 2, 3]) {
    now += 1_000;
    page.put(ticket, ticket, 1_000);
    page.write();
  }
  assert.deepEqual(kept().map(([, ticket]) => ticket), ["2", "3"]);
  room = 0;
  page.put(4, 4);
  page.write();
  assert.deepEqual(kept(), []);
});

test("a no takes all away, of this page and another, until there is a yes", async () => {
  const page = open();
  page.put(1, 1);
  page.write();
  device.clear();
  page.put(2, 2);
  page.write();
  assert.deepEqual([...device.keys()], []);
  await open({ locks: page.locks, session: 2 }).ready;
  assert.deepEqual(sent, []);
  device.set("visitor", "another");
  page.write();
  assert.deepEqual(kept().map(([, ticket]) => ticket), ["1", "2"]);
});

test("what is no batch of ours is cleared away", async () => {
  device.set("q:x:1", "nonsense");
  device.set("q:x:2", "");
  await open().ready;
  assert.deepEqual([...device.keys()], ["visitor"]);
});
