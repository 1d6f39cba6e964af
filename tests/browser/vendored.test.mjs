// What the dashboard brings along of others is byte for byte what they published.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../capture-wasm/build/tools.mjs";

const VENDOR = join(root, "collector/dashboard/vendor");

/** File of ours, package, file of theirs. */
const FILES = [
  ["htm-preact.js", "htm", "preact/standalone.module.js"],
  ["htm.LICENSE", "htm", "LICENSE"],
  ["uPlot.esm.js", "uplot", "dist/uPlot.esm.js"],
  ["uPlot.min.css", "uplot", "dist/uPlot.min.css"],
  ["uplot.LICENSE", "uplot", "LICENSE"],
];

/** Of what is inside one of the files, and in no package that is installed. */
const ALSO = ["preact.LICENSE"];

const { devDependencies } = JSON.parse(readFileSync(join(root, "tests/package.json"), "utf8"));
const places = createRequire(import.meta.url).resolve.paths("any");

/** The folder an installed package is in; some let nobody import their `package.json`. */
function folder(name) {
  const place = places.find((place) => existsSync(join(place, name, "package.json")));
  if (!place) throw new Error(`${name} is not installed`);
  return join(place, name);
}

for (const [ours, name, theirs] of FILES) {
  test(`${ours} is ${theirs} of ${name}`, () => {
    const { version } = JSON.parse(readFileSync(join(folder(name), "package.json"), "utf8"));
    assert.equal(version, devDependencies[name], "the version is pinned");
    assert.ok(readFileSync(join(VENDOR, ours)).equals(readFileSync(join(folder(name), theirs))));
  });
}

test("nothing else is brought along", () => {
  assert.deepEqual(readdirSync(VENDOR).sort(), [...FILES.map(([ours]) => ours), ...ALSO].sort());
});
