// The site's routes against a collector that only remembers.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import test from "node:test";
import { parseRequest } from "./server/chat.mjs";
import { configFrom } from "./server/config.mjs";
import { snippet } from "./server/page.mjs";
import { Registrar, recordOf } from "./server/registrar.mjs";
import { createSite } from "./server/site.mjs";

const QUESTION = {
  conversation: "c-1",
  turn: 1,
  variant: 0,
  subject: "u-1",
  messages: [{ role: "user", content: "Write a Python script" }],
};

async function listen(server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${server.address().port}`;
}

/** `answer(number of the request)` may give another status than 200. */
async function fakeCollector(t, answer = () => 200) {
  const requests = [];
  const server = createServer(async (req, res) => {
    let body = "";
    for await (const chunk of req) body += chunk;
    const { method, url, headers } = req;
    requests.push({ method, url, key: headers.authorization, body: body && JSON.parse(body) });
    res.writeHead(answer(requests.length), { "content-type": "application/json" });
    const id = requests.at(-1).body?.id;
    res.end(JSON.stringify(id ? { outputs: [{ id, status: "created", token: "t-1" }] } : { label: null }));
  });
  const url = await listen(server);
  t.after(() => server.close());
  return { url, requests };
}

async function fakeSite(t, tacitUrl, wordMs = 0) {
  const site = createSite({ tacitUrl, wordMs, publishableKey: "pk_test", secretKey: "sk_test" });
  const url = await listen(site.server);
  t.after(() => site.close());
  return { url, close: site.close };
}

const post = (url, body, headers = { "content-type": "application/json" }, signal) =>
  fetch(url, { method: "POST", headers, body: typeof body === "string" ? body : JSON.stringify(body), signal });

async function readWords(reader, count) {
  let received = "";
  while (received.split('"type":"text"').length <= count) {
    const { value } = await reader.read();
    received += Buffer.from(value).toString();
  }
}

async function until(condition) {
  for (let i = 0; i < 400 && !condition(); i += 1) await new Promise((r) => setTimeout(r, 5));
  assert.ok(condition());
}

test("an answer is registered when it starts and again with its text", async (t) => {
  const collector = await fakeCollector(t);
  const site = await fakeSite(t, collector.url, 1);
  const lines = (await (await post(`${site.url}/api/chat`, QUESTION)).text()).trim().split("\n");
  const events = lines.map((line) => JSON.parse(line));
  const text = events.filter(({ type }) => type === "text").map((event) => event.text).join("");
  const { id } = events[0];
  assert.equal(events[0].type, "start");
  assert.equal(events.at(-1).type, "end");
  assert.equal(events.find(({ type }) => type === "token").token, "t-1");
  assert.match(id, /^o-[0-9a-f-]{36}$/);

  await until(() => collector.requests.length === 2);
  const [begun, finished] = collector.requests;
  assert.equal(begun.key, "Bearer sk_test");
  assert.equal(begun.url, "/v1/outputs");
  const { created_at, ...fields } = begun.body;
  assert.ok(Math.abs(Date.now() - created_at) < 10_000);
  assert.deepEqual(fields, {
    id,
    conversation: "c-1",
    turn: 1,
    variant: 0,
    subject: "u-1",
    model: "demo-small-1",
    prompt_version: "demo@1",
    surface: "chat",
    input: QUESTION.messages,
  });
  assert.deepEqual(finished.body, { ...begun.body, output: text });
});

test("a stopped answer is registered with what was sent", async (t) => {
  const collector = await fakeCollector(t);
  const site = await fakeSite(t, collector.url, 15);
  const stop = new AbortController();
  const response = await post(`${site.url}/api/chat`, QUESTION, undefined, stop.signal);
  await readWords(response.body.getReader(), 3);
  stop.abort();
  await until(() => collector.requests.length === 2);
  const { output } = collector.requests[1].body;
  assert.match(output, /^You can/);
  assert.ok(output.length < 80, output);
});

test("an answer stopped before its first word has no text to register", async (t) => {
  const collector = await fakeCollector(t);
  const site = await fakeSite(t, collector.url, 100);
  const stop = new AbortController();
  await post(`${site.url}/api/chat`, QUESTION, undefined, stop.signal);
  await until(() => collector.requests.length === 1);
  stop.abort();
  await site.close();
  assert.equal(collector.requests.length, 1);
});

test("the chat works while the collector is down", async (t) => {
  const site = await fakeSite(t, "http://127.0.0.1:9");
  const response = await post(`${site.url}/api/chat`, QUESTION);
  assert.match(await response.text(), /"type":"end"/);
  assert.equal((await fetch(`${site.url}/api/label/o-00000000-0000-4000-8000-000000000000`)).status, 502);
});

test("registration is retried a few times, and a refusal is final", async (t) => {
  const flaky = await fakeCollector(t, (n) => (n === 1 ? 503 : 200));
  const registrar = new Registrar({ tacitUrl: flaky.url, secretKey: "sk", delaysMs: [1, 1] });
  const { token, finish } = registrar.begin({ id: "o-1" });
  assert.equal(await token, "t-1");
  finish("text");
  await registrar.drain(1_000);
  assert.deepEqual(flaky.requests.map(({ body }) => body.output), [undefined, undefined, "text"]);

  const strict = await fakeCollector(t, () => 403);
  t.mock.method(console, "warn", () => {});
  const refused = new Registrar({ tacitUrl: strict.url, secretKey: "sk", delaysMs: [1, 1] });
  assert.equal(await refused.begin({ id: "o-1" }).token, undefined);
  assert.equal(strict.requests.length, 1);
});

test("without a secret key nothing is registered", async () => {
  const registrar = new Registrar({ tacitUrl: "http://127.0.0.1:9", secretKey: "" });
  const { token, finish } = registrar.begin({ id: "o-1" });
  finish("text");
  assert.equal(await token, undefined);
});

test("closing stops what is being written and still registers it", async (t) => {
  const collector = await fakeCollector(t);
  const site = await fakeSite(t, collector.url, 15);
  const response = await post(`${site.url}/api/chat`, QUESTION);
  await readWords(response.body.getReader(), 1);
  await site.close();
  assert.equal(collector.requests.length, 2);
  assert.match(collector.requests[1].body.output, /^You/);
});

test("the label is asked for with the secret key, which the page never sees", async (t) => {
  const collector = await fakeCollector(t);
  const site = await fakeSite(t, collector.url);
  const id = "o-00000000-0000-4000-8000-000000000000";
  const response = await fetch(`${site.url}/api/label/${id}`);
  assert.deepEqual(await response.json(), { label: null });
  assert.deepEqual(collector.requests[0], {
    method: "GET", url: `/v1/outputs/${id}`, key: "Bearer sk_test", body: "",
  });
  for (const other of ["x", "..%2f..%2fv1%2flabels", `${id}/x`]) {
    assert.equal((await fetch(`${site.url}/api/label/${other}`)).status, 404, other);
  }
  const everything = await Promise.all(
    ["/", "/config.json", "/app.js", "/tacit-options.js"].map(async (path) => (await fetch(site.url + path)).text()),
  );
  assert.doesNotMatch(everything.join(), /sk_test/);
});

test("the page carries the snippet, a policy that allows it, and a new subject each time", async (t) => {
  const site = await fakeSite(t, "http://127.0.0.1:8787");
  const [one, two] = await Promise.all([fetch(site.url), fetch(site.url)]);
  const policy = one.headers.get("content-security-policy");
  assert.match(policy, /script-src 'self' http:\/\/127\.0\.0\.1:8787 'wasm-unsafe-eval';/);
  assert.match(policy, /connect-src 'self' http:\/\/127\.0\.0\.1:8787;/);
  const subject = /data-subject="(u-[0-9a-f-]{36})"/;
  const html = await one.text();
  assert.match(html, /data-key="pk_test" data-endpoint="http:\/\/127\.0\.0\.1:8787\/c"/);
  assert.ok(html.includes(`<meta name="subject" content="${subject.exec(html)[1]}">`));
  assert.notEqual(subject.exec(html)[1], subject.exec(await two.text())[1]);
  assert.deepEqual(await (await fetch(`${site.url}/config.json`)).json(), {
    collector: "http://127.0.0.1:8787",
    publishable_key: "pk_test",
  });
});

test("the snippet escapes what it is given, and is left out without a key", () => {
  assert.match(snippet({ tacitUrl: "http://c", publishableKey: '"><x' }, "u-1"), /data-key="&#34;&#62;&#60;x"/);
  assert.doesNotMatch(snippet({ tacitUrl: "http://c", publishableKey: "" }, "u-1"), /<script/);
});

test("only known files are served, and the renderer comes from its package", async (t) => {
  const site = await fakeSite(t, "http://127.0.0.1:9");
  const get = (path, options) => fetch(site.url + path, options);
  for (const path of ["/nothing", "/server.mjs", "/..%2fserver.mjs", "/%2e%2e/package.json", "/index.html"]) {
    assert.equal((await get(path)).status, 404, path);
  }
  for (const path of ["/app.js", "/vendor/marked.js", "/vendor/dompurify.js"]) {
    const response = await get(path);
    assert.equal(response.status, 200, path);
    assert.equal(response.headers.get("content-type"), "text/javascript; charset=utf-8");
    const etag = response.headers.get("etag");
    assert.equal((await get(path, { headers: { "if-none-match": etag } })).status, 304);
  }
});

test("bad requests are refused with a reason", async (t) => {
  const site = await fakeSite(t, "http://127.0.0.1:9");
  const chat = `${site.url}/api/chat`;
  assert.equal((await fetch(chat)).status, 405);
  assert.equal((await fetch(site.url, { method: "POST" })).status, 405);
  assert.equal((await post(chat, QUESTION, { "content-type": "text/plain" })).status, 415);
  assert.equal((await post(chat, "{")).status, 400);
  assert.equal((await post(chat, `"${"x".repeat(300 * 1024)}"`)).status, 413);
  for (const wrong of [{ turn: -1 }, { messages: [] }, { conversation: "a b" }, { messages: [{ role: "system", content: "" }] }]) {
    const response = await post(chat, { ...QUESTION, ...wrong });
    assert.equal(response.status, 400, JSON.stringify(wrong));
    assert.match((await response.json()).error, new RegExp(Object.keys(wrong)[0] === "messages" ? "message" : Object.keys(wrong)[0]));
  }
});

test("a record leaves out a subject that is not there", () => {
  const { subject, ...request } = parseRequest(QUESTION);
  assert.equal(subject, "u-1");
  const record = recordOf({ id: "o-1", createdAt: 1, request, model: "m", promptVersion: "p" });
  assert.equal("subject" in record, false);
});

test("the environment is read strictly", () => {
  assert.deepEqual(configFrom({}), {
    port: 8788, wordMs: 30, tacitUrl: "http://127.0.0.1:8787", publishableKey: "", secretKey: "",
  });
  assert.equal(configFrom({ TACIT_DEMO_WORD_MS: "0", TACIT_URL: "http://x/" }).tacitUrl, "http://x");
  assert.throws(() => configFrom({ PORT: "80a" }), /whole number/);
});
