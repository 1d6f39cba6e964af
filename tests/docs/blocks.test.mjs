// No block of code in the documentation is there unread: each is run by a test, or checked by its
// language, or is on the list of what is only shown. Commands that are not run are on a list too.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { root } from "../../capture-wasm/build/tools.mjs";
import { CHECKS, wrongJson } from "./checks.mjs";
import { allBlocks, isLeftOut, NOT_RUN, PAGES, RUN } from "./pages.mjs";
import { Place } from "./place.mjs";
import { READ, SHOWN, wrongShown } from "./shown.mjs";

const blocks = allBlocks();
const at = ({ file, line }) => `${file}:${line}`;

test("each test that is said to run a page's code names the page", () => {
  for (const [page, which, by] of RUN) {
    assert.ok(readFileSync(join(root, by), "utf8").includes(page), `${by} does not name ${page}: who runs its ${which}?`);
    assert.ok(blocks.some(({ file, fate }) => file.endsWith(page) && fate === by), `${page} has no ${which} for ${by}: mend tests/docs/pages.mjs`);
  }
});

test("each block is run, checked, or on the list of what is only shown", () => {
  const unread = blocks.filter((block) => !block.fate && !CHECKS[block.language] && ![...SHOWN, ...READ].includes(block.language));
  const told = unread.map((block) => `${at(block)}: \`\`\`${block.language}\` has no check`);
  assert.deepEqual(told, [], "say its language (sh, json, toml, text …), or say in tests/docs/pages.mjs which test runs it: tests/browser/documented.spec.mjs is for HTML, scripts and policies");
});

test("what is not run is there, and could not be", () => {
  for (const entry of NOT_RUN) {
    const [block, ...others] = blocks.filter((block) => isLeftOut(block, entry));
    assert.ok(block && others.length === 0, `${entry[0]} has not one block that starts with ${entry[1]}: mend tests/docs/pages.mjs`);
    // Programs that change more than a folder, or what only a reader knows or has.
    assert.ok(Place.harms(block.code).length > 0 || /…|clickhouse:/.test(block.code), `${at(block)} can be run: take it off the list`);
  }
});

for (const page of PAGES) {
  const checked = blocks.filter((block) => block.file === page && !block.fate);
  if (checked.length === 0) continue;
  test(`${page}: ${checked.length} blocks`, async () => {
    const wrong = await Promise.all(
      checked.map(async (block) => {
        const found = [...((await CHECKS[block.language]?.(block)) ?? []), ...(SHOWN.includes(block.language) ? wrongShown(block) : [])];
        return found.map((what) => `${at(block)}: ${what}`);
      }),
    );
    assert.deepEqual(wrong.flat(), []);
  });
}

test("the checks find what is wrong", async () => {
  const wrong = async (language, code) => (await CHECKS[language]({ code })).join("\n");
  assert.match(await wrong("sh", "tacit export --format trl-dpo --colour red"), /--colour/);
  assert.match(await wrong("sh", "tacit export --format xml"), /invalid value 'xml'/);
  assert.match(await wrong("sh", "frobnicate all"), /how to check frobnicate/);
  assert.match(await wrong("sh", "npm test -- rust nonsense"), /no step nonsense/);
  assert.match(await wrong("sh", "npm run nonsense"), /no script nonsense/);
  assert.match(await wrong("sh", "cp collector/nonsense.toml ."), /not in the repository/);
  assert.match(await wrong("sh", "curl http://127.0.0.1:8787/v1/nonsense"), /has no \/v1\/nonsense/);
  assert.match(await wrong("sh", "curl -X DELETE http://127.0.0.1:8787/v1/labels"), /no DELETE/);
  assert.match(await wrong("sh", "curl 'http://127.0.0.1:8787/v1/labels?formatt=csv'"), /no parameter formatt/);
  assert.match(await wrong("sh", "curl http://127.0.0.1:8787/v1/outputs -d '{\"id\": }'"), /no JSON/);
  assert.match(await wrong("console", "$ tacit nonsense\nan answer"), /nonsense/);
  assert.match(await wrong("toml", "[log]\nnonsense = 1"), /nonsense/);
  assert.notDeepEqual(wrongJson('{"a": }'), []);
  assert.deepEqual(wrongJson('{"a":1, …}\n{"b":…}\n'), []);
  const printed = "by default@1#9c1f as of now\n2 people were screened by the postman\n";
  assert.deepEqual(wrongShown({ language: "text", code: printed }), ["nothing prints “people were screened by the postman”"]);
  assert.deepEqual(await CHECKS.sh({ code: "tacit export --format trl-dpo --out x.jsonl\ncurl http://127.0.0.1:8787/v1/outputs/o-1?explain=true\n" }), []);
});
