// The JSON that pages show: a collector is asked, and answers so; what is sent is taken.
// The pages: access.md, api.md, erasure.md, explorer.md, install.md, integrate.md, policy.md,
// push.md, README.md.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { blocksOf } from "../../capture-wasm/build/document.mjs";
import { root } from "../../capture-wasm/build/tools.mjs";
import { Collector } from "./collector.mjs";
import { shownJson, unlike } from "./shape.mjs";

let shop;

/** The JSON block of a page that has `word` in it. */
function block(page, word = "") {
  const found = blocksOf(page.includes("/") || page === "README.md" ? page : `demo-site/docs/${page}`).filter(({ language, code }) => language === "json" && code.includes(word));
  assert.equal(found.length, 1, `${page}: blocks with ${word}`);
  return shownJson(found[0].code);
}

async function ask(path, { method = "GET", body, key = shop.secret } = {}) {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const answer = await fetch(shop.url + path, { method, headers, body: body && JSON.stringify(body) });
  return { status: answer.status, json: answer.status === 204 ? null : await answer.json() };
}

async function done(path) {
  for (;;) {
    const { json } = await ask(path);
    if (json.state === "done") return json;
    assert.notEqual(json.state, "failed", JSON.stringify(json));
    await delay(20);
  }
}

before(async () => {
  shop = await Collector.open();
  const now = Date.now();
  // Somebody watches from now on.
  await ask("/v1/live");
  await ask("/v1/outputs", { method: "POST", body: { id: "o-1", subject: "u-42", conversation: "c-1", turn: 0, input: [{ role: "user", content: "?" }], output: "Because short waves scatter more." } });
  const shown = { at: now - 60_000, kind: "shown", output: "o-1", conversation: "c-1", turn: 0, variant: 0, chars: 32, words: 5, code_share: 0, stream_ms: 10 };
  await shop.events("u-42", [shown, { at: now, kind: "copied", output: "o-1", chars: 32, share: 1, via: "button" }]);
});
after(() => shop.close());

test("access.md and api.md show the problems as they are", async () => {
  const missing = block("access.md", "scope_missing");
  const { json: refused } = await ask("/v1/keys");
  delete refused.request_id;
  assert.deepEqual(refused, missing);
  const large = block("api.md", "body_too_large");
  const { json: told } = await ask("/v1/events", { method: "POST", body: { v: 1, pad: "x".repeat(large.limit) } });
  assert.deepEqual({ ...told, request_id: large.request_id }, large);
});

test("README.md and policy.md show labels as they are", async () => {
  const lines = await (await fetch(`${shop.url}/v1/labels`, { headers: { authorization: `Bearer ${shop.secret}` } })).text();
  assert.deepEqual(unlike(block("README.md", '"reasons"'), JSON.parse(lines.split("\n")[0])), []);
  const { json } = await ask("/v1/outputs/o-1?explain=true");
  assert.deepEqual(unlike([block("policy.md", '"outcome":"not_fired"')], json.explanation.rules), []);
});

test("explorer.md and push.md show what is sent", async () => {
  const policy = readFileSync(join(root, "collector/policies/default.toml"), "utf8");
  const body = { ...block("explorer.md", '"policy"'), policy };
  assert.equal(Object.keys(body).length, 3);
  const tried = await ask("/v1/labels/preview", { method: "POST", body });
  assert.equal(tried.status, 200, JSON.stringify(tried.json));
  const output = { ...block("push.md", '"aliases"'), id: "o-2" };
  assert.deepEqual((await ask("/v1/outputs", { method: "POST", body: output })).json.outputs[0].status, "created");
  for (const alias of output.aliases) assert.equal((await ask(`/v1/outputs/${alias}`)).json.output.id, "o-2");
});

test("install.md and integrate.md show what arrives and what is wrong", async () => {
  const bound = shop.key("publishable", "--origin", "https://chat.example");
  const send = (key, events, headers = {}, more = {}) => {
    const body = JSON.stringify({ v: 1, key, session: "9f3c000000000000000000000000000a", sent_at: Date.now(), events, ...more });
    return fetch(`${shop.url}/c`, { method: "POST", headers, body });
  };
  const wrong = { seq: 3, at: Date.now(), kind: "copied", output: "o-1", chars: 1, share: 7, via: "button" };
  assert.equal((await send(shop.publishable, [wrong])).status, 200);
  const elsewhere = () => send(bound, [{ ...wrong, share: 1 }], { origin: "https://staging.example" });
  let refused;
  // The key was made a moment ago.
  while ((refused = await elsewhere()).status === 401) await delay(20);
  assert.equal(refused.status, 403);
  assert.equal((await send(shop.publishable, [], {}, { session: "0".repeat(32), install: "wasm_refused" })).status, 204);
  const { json: live } = await ask("/v1/live");
  assert.deepEqual(unlike(block("install.md", '"entries"'), live), []);
  const { json: check } = await ask("/v1/install");
  assert.deepEqual(unlike(block("install.md", '"checks"'), check), []);
  const { json: ledger } = await ask("/v1/ledger");
  assert.deepEqual(unlike(block("integrate.md", '"install"'), ledger), []);
});

test("erasure.md shows an erasure as it is", async () => {
  const admin = shop.key("secret", "--scope", "admin");
  const { json: build } = await ask("/v1/datasets/builds", { method: "POST", body: { format: "trl-kto" } });
  await done(`/v1/datasets/builds/${build.id}`);
  let asked;
  do ({ json: asked } = await ask("/v1/subjects/u-42", { method: "DELETE", key: admin }));
  while (asked.code === "key_unknown");
  const told = await done(`/v1/erasures/${asked.job}`);
  // Labels are sent elsewhere by `tacit push`.
  assert.deepEqual(unlike(block("erasure.md", '"job"'), told, ["sent_to"]), []);
});

test("what is not like it is found", () => {
  const real = { a: 1, list: [{ b: "x" }, { c: true }], none: null, empty: [] };
  assert.deepEqual(unlike({ a: 2, list: [{ c: false }], none: 7 }, real), []);
  assert.deepEqual(unlike({ a: "1" }, real), ["a is 1"]);
  assert.deepEqual(unlike({ list: [{ d: 1 }] }, real), ["there is no list[].d (the 1. one)"]);
  assert.deepEqual(unlike({ empty: [1] }, real), ["empty is empty: nothing to compare with"]);
  assert.deepEqual(unlike({ empty: [1] }, real, ["empty"]), []);
  assert.deepEqual(shownJson('"x": { "a": …, "b": "…", … }'), { x: { a: null, b: "…" } });
});
