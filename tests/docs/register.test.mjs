// demo-site/docs/register.md: its programs run as they stand there, against a collector that
// answers, one that fails in between, one that refuses and none at all.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import test, { after, before, describe } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { blocksOf } from "../../capture-wasm/build/document.mjs";
import { works } from "../../capture-wasm/build/tools.mjs";
import { Collector } from "./collector.mjs";

const PAGE = "demo-site/docs/register.md";
const TEXT = "Because short waves scatter more – “blue”.";
const ASKED = [{ role: "user", content: "Why is the sky blue?" }];

const run = promisify(execFile);
const blocks = blocksOf(PAGE);

/** What the page leaves to the reader, a model, and what calls its code. `send` prints lines of JSON. */
const LANGUAGES = {
  Node: {
    program: process.execPath,
    files: {
      "model.mjs": `export async function* stream() { for (const text of ${JSON.stringify(pieces())}) yield { id: "chatcmpl-Node", text }; }`,
      "drive.mjs": `import { answer } from "./answer.mjs";
        const ask = { conversation: "c-Node", turn: 0, variant: 0, subject: "u-42", messages: ${JSON.stringify(ASKED)} };
        await answer(ask, (line) => console.log(JSON.stringify(line)));`,
    },
  },
  Python: {
    program: "python3",
    files: {
      "model.py": `def stream(messages):\n    for text in ${JSON.stringify(pieces())}:\n        yield "chatcmpl-Python", text\n`,
      "drive.py": `import json\nfrom answer import answer\nanswer("c-Python", 0, 0, "u-42", ${JSON.stringify(ASKED)}, lambda line: print(json.dumps(line), flush=True))\n`,
    },
  },
  PHP: {
    program: "php",
    files: {
      "model.php": `<?php function stream($messages) { foreach (json_decode('${JSON.stringify(pieces())}') as $text) yield ["chatcmpl-PHP", $text]; }`,
      "drive.php": `<?php require "answer.php";
        answer("c-PHP", 0, 0, "u-42", json_decode('${JSON.stringify(ASKED)}', true), fn ($line) => print(json_encode($line) . "\\n"));`,
    },
  },
};

function pieces() {
  return TEXT.split(/(?= )/);
}

let collector;
before(async () => (collector = await Collector.open()));
after(() => collector.close());

/** Waits are for people's servers; a busy machine needs longer ones, and a test shorter pauses. */
const WAITS = [
  [/(timeoutMs: )300|(timeoutMs = )3_000|(timeout: )0\.3|(\$timeout = )3\.0|(timeout=)(?:0\.3|3\.0)/g, "$1$2$3$4$5 30_000"],
  [/\b500 \* 2/, "5 * 2"],
  [/\b0\.5 \* 2/, "0.005 * 2"],
  [/\b500_000 \* 2/, "5_000 * 2"],
];

/** Runs the page's program; the lines it sent to the page, and what it said of failures. */
async function answer(language, { url, key = collector.secret }) {
  const folder = join(collector.folder, `${language}-${Math.random()}`);
  mkdirSync(folder);
  const files = blocks.filter(({ section, name }) => section === language && name).map(({ name, code }) => [name, WAITS.reduce((text, [wait, other]) => text.replace(wait, other), code)]);
  assert.equal(files.length, 2, `${PAGE} has two files for ${language}`);
  for (const [name, code] of [...files, ...Object.entries(LANGUAGES[language].files)]) writeFileSync(join(folder, name), code);
  const drive = Object.keys(LANGUAGES[language].files).find((name) => name.startsWith("drive"));
  const env = { ...process.env, TACIT_URL: url, TACIT_SECRET_KEY: key, PYTHONDONTWRITEBYTECODE: "1" };
  const { stdout, stderr } = await run(LANGUAGES[language].program, [drive], { cwd: folder, env });
  const [first, ...rest] = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(rest.map(({ text }) => text).join(""), TEXT, "the person got the answer");
  assert.match(first.output, /^o-[\w-]{32,}$/);
  return { ...first, stderr };
}

/** In front of the collector: what happens to each request, in turn; further ones get through. */
async function gate(t, ...fates) {
  const bodies = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    bodies.push(JSON.parse(body));
    const fate = fates.shift();
    if (fate === "lost") return request.socket.destroy();
    if (fate === "html") return response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>");
    const { authorization } = request.headers;
    const headers = { authorization, "content-type": request.headers["content-type"] };
    const answer = await fetch(collector.url + request.url, { method: request.method, headers, body });
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") }).end(await answer.text());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${server.address().port}`, bodies };
}

describe("programs", { concurrency: true }, () => Object.keys(LANGUAGES).forEach(holds));

function holds(language) {
  const { program } = LANGUAGES[language];
  const skip = !process.env.CI && !works(program) && `${program} is missing. On Debian: apt-get install ${program}-cli`;
  test(`${language}: the output is known, under every id, and what the page signs counts as signed`, { skip }, async (t) => {
    // The text is registered at the third try.
    const { url, bodies } = await gate(t, "through", "html", "lost");
    const { output, token, stderr } = await answer(language, { url });
    assert.equal(stderr, "");
    assert.equal(bodies.length, 4);
    assert.equal(bodies[0].output, undefined, "the text is not there before the stream");
    const known = (await collector.get(`/v1/outputs/chatcmpl-${language}`)).output;
    const { id, conversation, turn, variant, model, prompt_version, input, subject_kind } = known;
    const expected = { id: output, conversation: `c-${language}`, turn: 0, variant: 0, model: "m-1", prompt_version: "support@14", input: ASKED, subject_kind: "app" };
    assert.deepEqual({ id, conversation, turn, variant, model, prompt_version, input, subject_kind }, expected);
    assert.equal(known.output, TEXT);
    assert.equal(known.trust, "known");

    const act = { at: Date.now(), kind: "copied", output, chars: 40, share: 1, via: "button" };
    await collector.events("u-42", [{ ...act, token }]);
    const { label } = await collector.get(`/v1/outputs/${output}`);
    assert.deepEqual([label.trust, label.state], ["signed", "positive"]);
  });

  test(`${language}: nothing makes an answer fail`, { skip }, async (t) => {
    const refused = await gate(t);
    const { token, stderr } = await answer(language, { url: refused.url, key: "sk_nobodys" });
    assert.ok(!token);
    assert.match(stderr, /key_unknown/);
    assert.equal(refused.bodies.length, 2, "a refusal is not tried again");

    const lost = await gate(t, "lost", "lost", "lost", "lost", "lost", "lost");
    assert.ok(!(await answer(language, { url: lost.url })).token);
    assert.equal(lost.bodies.length, 5, "once for the token, four times for the text");
  });
}

test("the two requests of any other language", async () => {
  const [, requests] = blocks.filter((block) => block.language === "sh");
  const env = { ...process.env, TACIT_URL: collector.url, TACIT_SECRET_KEY: collector.secret };
  const { stdout } = await run("bash", ["-euc", requests.code], { env });
  const shown = blocks.find((block) => block.language === "json").code.replaceAll("…", "T");
  const told = stdout.replaceAll(/"token":"[^"]+"/g, '"token":"T"').replaceAll("}{", "}\n{");
  assert.equal(told.trim(), shown.trim());
  const { output } = await collector.get("/v1/outputs/chatcmpl-9");
  assert.equal(output.output, "Because short waves scatter more than long ones.");
});

test("the key of the page may register and nothing else", async () => {
  const [create] = blocks.filter((block) => block.language === "sh");
  const env = { ...process.env, PATH: `${join(process.env.TACIT_BIN, "..")}:${process.env.PATH}` };
  const { stdout } = await run("bash", ["-euc", `${create.code.trim()} --data ${collector.data}`], { env });
  const ask = (path, options) => fetch(collector.url + path, { ...options, headers: { authorization: `Bearer ${stdout.trim()}`, "content-type": "application/json" } });
  const register = async () => (await ask("/v1/outputs", { method: "POST", body: '{"id":"o-k"}' })).status;
  // A server that runs already hears of it within a moment.
  while ((await register()) === 401) await delay(20);
  assert.equal(await register(), 200);
  assert.equal((await ask("/v1/labels")).status, 403);
});
