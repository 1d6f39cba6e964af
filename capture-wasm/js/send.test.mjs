import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { beacon, copies, keep, kept, onKept, post, sendKept } from "./send.js";

const bytes = new Uint8Array([1, 2, 3]);
let beacons;
let requests;

beforeEach(() => {
  beacons = [];
  requests = [];
  Object.defineProperty(globalThis, "navigator", { value: { sendBeacon }, configurable: true });
  globalThis.fetch = fetch;
});

function sendBeacon(url, body) {
  beacons.push([url, ...body]);
  return true;
}

async function fetch(url, { method, body, credentials, headers }) {
  requests.push([method, url, ...body, credentials, headers]);
  return { status: 429, headers: new Map([["retry-after", "7"]]) };
}

const ask = () => new Promise((resolve) => post("/c", bytes, resolve));

test("a beacon goes out with the bytes as they are", () => {
  assert.equal(beacon(1, "/c", bytes), true);
  assert.deepEqual(beacons, [["/c", 1, 2, 3]]);
  assert.deepEqual(requests, []);
});

test("a beacon that is refused, or throws, is none", () => {
  navigator.sendBeacon = () => false;
  assert.equal(beacon(1, "/c", bytes), false);
  navigator.sendBeacon = () => {
    throw new TypeError("not here");
  };
  assert.equal(beacon(1, "/c", bytes), false);
  assert.deepEqual(requests, []);
});

test("copies are kept until they are dealt with, and whoever asked hears of it", () => {
  const heard = [];
  const forget = onKept((...facts) => heard.push(facts));
  const failing = onKept(() => {
    throw new Error("the part's own");
  });
  keep(1, "/c", 1, bytes);
  keep(2, "/c", 2, Uint8Array.of(4));
  keep(1, "/c", 3, Uint8Array.of(5));
  kept(true, false);
  assert.deepEqual([...copies].map(([ticket, { events, bytes }]) => [ticket, events, ...bytes]), [[1, 3, 5], [2, 2, 4]]);
  beacon(2, "/c", bytes);
  assert.deepEqual([...copies.values()].map(({ left }) => left), [undefined, true]);
  keep(1, "/c", 0, new Uint8Array());
  kept(false, true);
  assert.deepEqual([...copies.keys()], [2]);
  assert.deepEqual(heard, [[true, false], [false, true]]);
  forget();
  failing();
  kept(true, true);
  assert.equal(heard.length, 2);
});

test("what is kept is sent with the time, by a request where no beacon goes", () => {
  copies.clear();
  keep(1, "/c", 1, new Uint8Array(20));
  navigator.sendBeacon = () => false;
  sendKept();
  const [, , ...body] = requests[0].slice(0, 22);
  const sentAt = new DataView(Uint8Array.from(body).buffer).getBigUint64(5, true);
  assert.ok(Math.abs(Number(sentAt) - Date.now()) < 60_000);
});

test("a page that answers every address is no collector", async () => {
  const answering = (status, type) => {
    globalThis.fetch = async () => ({ status, headers: new Map([["content-type", type]]) });
    return ask();
  };
  assert.deepEqual(await answering(200, "text/html"), []);
  assert.deepEqual(await answering(200, "application/json"), [200, NaN]);
  assert.deepEqual(await answering(204), [204, NaN]);
  assert.deepEqual(await answering(404, "text/html"), [404, NaN]);
});

test("an answer is its status and when to come back", async () => {
  assert.deepEqual(await ask(), [429, 7]);
});

test("a network that fails, a fetch that throws and a browser without timeouts are no answer, or none the worse", async () => {
  globalThis.fetch = async () => {
    throw new TypeError("offline");
  };
  assert.deepEqual(await ask(), []);
  globalThis.fetch = () => {
    throw new Error("somebody's patch");
  };
  assert.deepEqual(await ask(), []);
  globalThis.fetch = fetch;
  const { timeout } = AbortSignal;
  delete AbortSignal.timeout;
  const answer = await ask();
  AbortSignal.timeout = timeout;
  assert.deepEqual(answer, [429, 7]);
});
