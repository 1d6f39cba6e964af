import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { beacon, post } from "./send.js";

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
  assert.equal(beacon("/c", bytes), true);
  assert.deepEqual(beacons, [["/c", 1, 2, 3]]);
  assert.deepEqual(requests, []);
});

test("a beacon that is refused, or throws, becomes a plain request", () => {
  navigator.sendBeacon = () => false;
  assert.equal(beacon("/c", bytes), false);
  navigator.sendBeacon = () => {
    throw new TypeError("not here");
  };
  assert.equal(beacon("/c", bytes), false);
  assert.deepEqual(requests, Array(2).fill(["POST", "/c", 1, 2, 3, "omit", undefined]));
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
