// Tables that tell, page by page, what a generated reference lists: neither has a name the other has
// not. The generated ones (cli.md, configuration.md, api.md, the tables of otlp.md and metrics.md)
// are held to the code by native tests.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { root } from "../../capture-wasm/build/tools.mjs";

const read = (path) => readFileSync(join(root, path), "utf8");
const page = (name) => read(`demo-site/docs/${name}.md`);

/** Names in backticks in the first cell of each row. */
function namesOf(table) {
  const cells = [...table.matchAll(/^\| (`[^|]*?) \|/gm)].map(([, cell]) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`(--)?([\w-]+)[^`]*`/g)].map(([, , name]) => name));
}

/** The rows below a line that begins so, up to an empty line. */
function tableOf(text, head) {
  const from = text.indexOf(`\n${head}`);
  assert.ok(from > 0, `there is no table ${head}`);
  return text.slice(from, text.indexOf("\n\n", from + 1));
}

const sectionOf = (text, heading) => text.split(/^## /m).find((section) => section.startsWith(`${heading}\n`));
const sorted = (names) => [...new Set(names)].sort();

for (const [name, heading, head, elsewhere] of [
  // What the example above the table shows is told there.
  ["push", "`[[push]]`", "| field |", ["name", "kind", "endpoint", "user", "key_env", "key_header"]],
  ["updates", "`[[schedule]]`", "| field |", []],
]) {
  test(`${name}.md tells every field of ${heading}, and no other`, () => {
    const known = sorted(namesOf(sectionOf(page("configuration"), heading)));
    for (const field of elsewhere) assert.ok(page(name).includes(field), `${name}.md does not tell ${field}`);
    assert.deepEqual(sorted([...namesOf(tableOf(page(name), head)), ...elsewhere]), known);
  });
}

for (const [name, command] of [
  ["updates", "brief"],
  ["replay", "replay"],
]) {
  test(`${name}.md tells every option of tacit ${command}, and no other`, () => {
    const known = namesOf(sectionOf(page("cli"), `tacit ${command}`)).filter((option) => option !== "data" && option !== "store");
    const told = namesOf(tableOf(page(name), "| option |"));
    const toldElsewhere = known.filter((option) => !told.includes(option) && page(name).includes(`--${option}`));
    const short = { rpm: "requests-per-minute", tpm: "tokens-per-minute" };
    assert.deepEqual(sorted([...told.filter((option) => !(option in short)), ...toldElsewhere]), sorted(known));
  });
}

test("retention.md tells every option of [retention]", () => {
  for (const option of namesOf(sectionOf(page("configuration"), "`[retention]`"))) assert.match(page("retention"), new RegExp(`\\b${option}\\b`));
});

test("compare.md names the versions that are measured: with new ones come new figures", () => {
  const { dependencies } = JSON.parse(read("tests/bench/peers/package.json"));
  const { version } = JSON.parse(read("capture-wasm/package.json"));
  const table = tableOf(page("compare"), "| | version |");
  const told = [...table.matchAll(/^\| (\w+)[^|]* \| ([\d.]+) \|/gm)].map(([, name, version]) => [name.toLowerCase(), version]);
  const measured = [["tacit", version], ...["posthog-js", "@sentry/browser", "@amplitude/analytics-browser", "@rrweb/record", "@snowplow/browser-tracker"].map((name) => [name.match(/^@?(\w+)/)[1], dependencies[name]])];
  assert.deepEqual(Object.fromEntries(told), Object.fromEntries(measured));
});

test("the README names every step of every day", () => {
  const [, names] = read("README.md").match(/# one step: (.*)$/m);
  const [, table] = read("tests/run.mjs").match(/^const STEPS = \{\n(.*?)^\};$/ms);
  const steps = [...table.matchAll(/^  "?([\w:]+)"?: \{\n?\s*(heavy: true)?/gm)];
  assert.ok(steps.length > 15);
  const everyDay = steps.filter(([, , heavy]) => !heavy).map(([, name]) => name);
  assert.deepEqual(names.split(" "), everyDay);
});

test("compare.md has a source for each tool", () => {
  const tools = page("compare").split(/^### /m).slice(1).map((section) => section.split(/^##? /m)[0]);
  assert.ok(tools.length > 6);
  for (const tool of tools) assert.match(tool, /\]\((https:\/\/|simulation\.md)/, tool.split("\n")[0]);
});
