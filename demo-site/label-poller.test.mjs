import assert from "node:assert/strict";
import test from "node:test";
import { FRESH_MS, LabelPoller } from "./public/inspector/label-poller.js";

function poller(t) {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const asked = [];
  const states = [];
  const it = new LabelPoller({ ask: async (id) => asked.push(id), changed: (on) => states.push(on) });
  const seconds = async (n) => {
    for (let i = 0; i < n; i += 1) {
      t.mock.timers.tick(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { it, asked, states, seconds };
}

test("asks about once a second while something is fresh, then stops", async (t) => {
  const { it, asked, states, seconds } = poller(t);
  it.setActive(true);
  it.touch("o-1");
  await seconds(3);
  assert.deepEqual(asked, ["o-1", "o-1", "o-1"]);
  await seconds(FRESH_MS / 1_000);
  const count = asked.length;
  await seconds(10);
  assert.equal(asked.length, count);
  assert.equal(states.at(-1), false);
});

test("asks nothing while nobody looks, and everything once when somebody does", async (t) => {
  const { it, asked, seconds } = poller(t);
  it.touch("o-1");
  await seconds(3);
  assert.deepEqual(asked, []);
  it.setActive(true, ["o-1", "o-2"]);
  await seconds(1);
  assert.deepEqual(asked.sort(), ["o-1", "o-2"]);
});
