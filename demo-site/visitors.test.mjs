// Simulated visitors: repeatable, plausible, and sent as everybody's are.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import test from "node:test";
import { createSite } from "./server/site.mjs";
import { Dice } from "./server/visitors/dice.mjs";
import { visitOf } from "./server/visitors/visit.mjs";
import { VISITS_MAX } from "./server/visitors/visitors.mjs";

const NOW = 1_763_890_000_000;
const DAY_MS = 86_400_000;

function many(count, seed = 1) {
  const dice = new Dice(seed);
  let id = 0;
  return Array.from({ length: count }, () => visitOf(dice, NOW, () => `${seed}-${(id += 1)}`));
}

test("the same seed brings the same people, another others", () => {
  assert.deepEqual(many(20), many(20));
  assert.notDeepEqual(many(20), many(20, 2));
});

test("what they do could have happened: in order, in time, each once, about outputs that are registered", () => {
  for (const { outputs, batch, texts } of many(300)) {
    const seqs = [...batch.events, ...texts.map(({ content }) => content)].map(({ seq }) => seq);
    assert.deepEqual([...seqs].sort((a, b) => a - b), seqs.map((_, i) => i));
    const ids = new Set(outputs.map(({ id }) => id));
    let before = 0;
    for (const { at, output, share, survival, read_share, kind } of batch.events) {
      assert.ok(at >= before && at < NOW && at > NOW - 14 * DAY_MS, kind);
      for (const value of [share, survival, read_share]) assert.ok(value === undefined || (value >= 0 && value <= 1), kind);
      assert.ok(ids.has(output));
      before = at;
    }
  }
});

test("the later prompt pleases more people, so that there is something to find", () => {
  const tried = { "support@14": [0, 0], "support@15": [0, 0] };
  for (const { outputs, batch } of many(3_000)) {
    const copied = new Set(batch.events.filter(({ kind }) => kind === "copied").map(({ output }) => output));
    for (const { id, prompt_version } of outputs) {
      tried[prompt_version][0] += copied.has(id);
      tried[prompt_version][1] += 1;
    }
  }
  const rate = ([copied, all]) => copied / all;
  assert.ok(rate(tried["support@15"]) > rate(tried["support@14"]) + 0.03);
});

async function siteWith(t, answer) {
  const requests = [];
  const collector = createServer(async (req, res) => {
    let body = "";
    for await (const chunk of req) body += chunk;
    requests.push({ url: req.url, headers: req.headers, body: JSON.parse(body) });
    const { status, headers = {} } = answer(requests.length);
    res.writeHead(status, headers).end("{}");
  });
  collector.listen(0, "127.0.0.1");
  await once(collector, "listening");
  const tacitUrl = `http://127.0.0.1:${collector.address().port}`;
  const site = createSite({ tacitUrl, publishableKey: "pk_test", secretKey: "sk_test" });
  site.server.listen(0, "127.0.0.1");
  await once(site.server, "listening");
  t.after(() => Promise.all([site.close(), collector.close()]));
  const url = `http://127.0.0.1:${site.server.address().port}`;
  const ask = (body) =>
    fetch(`${url}/api/visitors`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  return { ask, requests, url };
}

const linesOf = async (response) => (await response.text()).trim().split("\n").map((line) => JSON.parse(line));

test("they come in by the front door, and are counted", async (t) => {
  const { ask, requests, url } = await siteWith(t, (n) => (n === 2 ? { status: 503, headers: { "retry-after": "0" } } : { status: 204 }));
  const lines = await linesOf(await ask({ visits: 12, seed: 7 }));
  const end = lines.at(-1);
  assert.equal(end.type, "end");
  assert.equal(end.done, 12);
  const registered = requests.filter(({ url }) => url === "/v1/outputs");
  const signals = requests.filter(({ url, body }) => url === "/c" && body.events[0].kind);
  assert.equal(registered[0].headers.authorization, "Bearer sk_test");
  assert.equal(signals[0].headers.origin, url);
  assert.equal(signals[0].body.key, "pk_test");
  // What was refused came again.
  assert.equal(registered.length + signals.length, 25);
  const sum = (batches) => batches.reduce((sum, { body }) => sum + body.events.length, 0);
  assert.ok(sum(signals) >= end.signals);
});

test("nonsense is refused by name, and a collector that refuses is told of", async (t) => {
  const { ask } = await siteWith(t, () => ({ status: 403 }));
  for (const visits of [0, -1, 1.5, "many", VISITS_MAX + 1]) {
    const response = await ask({ visits });
    assert.equal(response.status, 400);
    assert.match((await response.json()).error, /visits/);
  }
  const failed = (await linesOf(await ask({ visits: 5 }))).at(-1);
  assert.equal(failed.type, "failed");
  assert.match(failed.message, /403/);
});
