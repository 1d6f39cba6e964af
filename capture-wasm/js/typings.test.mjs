// Whoever hovers over a name in an editor is told what it is.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const FILES = ["index", "assign", "wrappers/react", "wrappers/vue", "wrappers/svelte"];

/** Lines that name something of the package's own. */
const NAMES = /^(?:export (?:declare )?(?:interface|type|const|function) \w+|\s+(?:readonly )?\w+\??: .*[;{]|\s+\w+\??(?:<.*)?\(.*)/;

for (const name of FILES) {
  test(`everything in ${name}.d.ts has a comment`, () => {
    const lines = readFileSync(new URL(`${name}.d.ts`, import.meta.url), "utf8").split("\n");
    let named = 0;
    lines.forEach((line, n) => {
      // Parameters are told of with their function.
      const isParameter = /,$|^\s+fields\?|^\s+\w+: \w+\)?,?$/.test(line);
      if (!NAMES.test(line) || isParameter) return;
      named++;
      assert.match(lines[n - 1], /\*\/$/, `${name}.d.ts:${n + 1}: ${line.trim()}`);
    });
    assert.ok(named > 1);
  });
}

test("every option says its default", () => {
  const text = readFileSync(new URL("index.d.ts", import.meta.url), "utf8");
  const options = text.slice(text.indexOf("interface StartOptions"), text.indexOf("interface Adapter"));
  const optional = [...options.matchAll(/(\/\*\*(?:(?!\*\/)[^])*\*\/)\s+(\w+)\?/g)];
  assert.ok(optional.length > 12);
  for (const [, comment, name] of optional) assert.match(comment, /\bdefault\b/i, name);
});
