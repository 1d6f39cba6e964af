// What sentences name exists: commands with these options, routes with these parameters, attributes,
// variables of the environment, files.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { root } from "../../capture-wasm/build/tools.mjs";
import { PAGES } from "./pages.mjs";
import { spansOf, wrongSpan } from "./prose.mjs";

test("what the pages name is there", () => {
  const wrong = PAGES.flatMap((page) => {
    const spans = spansOf(readFileSync(join(root, page), "utf8"));
    return spans.map(({ line, code }) => [`${page}:${line}`, wrongSpan(code)]).filter(([, what]) => what);
  });
  assert.deepEqual(wrong.map((told) => told.join(": ")), []);
});

test("what is not there is found", () => {
  assert.match(wrongSpan("tacit export --colour"), /has no --colour/);
  assert.match(wrongSpan("tacit frobnicate"), /there is no tacit frobnicate/);
  assert.match(wrongSpan("--frobnicate"), /no command/);
  assert.match(wrongSpan("GET /v1/nonsense"), /has no \/v1\/nonsense/);
  assert.match(wrongSpan("GET /v1/labels?formatt=csv"), /formatt/);
  assert.match(wrongSpan("data-nonsense"), /data-nonsense/);
  assert.match(wrongSpan("TACIT_NONSENSE=1"), /nothing reads/);
  assert.match(wrongSpan("collector/src/nonsense.rs"), /not in the repository/);
  const known = ["tacit export --out FILE", "tacit dataset build", "tacit label", "--trust claimed", "GET /v1/outputs/{id}?explain=true", "POST /v1/signals", 'data-content="edits"', "TACIT_BIN", "tests/run.mjs", "anything else"];
  for (const code of known) assert.equal(wrongSpan(code), null, code);
  assert.deepEqual(spansOf("a `b` c\n```sh\n`d`\n```\n`e`"), [{ line: 1, code: "b" }, { line: 5, code: "e" }]);
});
