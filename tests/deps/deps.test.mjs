// What is built in, by the lockfiles: where from, under which licence. In a second and
// without a network; `npm test -- deps` asks more.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { root } from "../../capture-wasm/build/tools.mjs";
import { isAllowed } from "./licence.mjs";

const deny = readFileSync(join(root, "deny.toml"), "utf8");
const allowed = new Set(
  [...deny.match(/^allow = \[([^\]]*)\]/m)[1].matchAll(/^\s*"([^"]+)"/gm)].map((match) => match[1]),
);
/** Of tools alone, which nobody ships: what is under them may be shared alike. */
const TOOLS = new Set([...allowed, "MPL-2.0", "BlueOak-1.0.0", "CC-BY-4.0", "Python-2.0", "LGPL-3.0-or-later"]);

test("crates come from crates.io, under licences that are allowed", () => {
  const args = ["metadata", "--format-version", "1", "--locked"];
  const { packages } = JSON.parse(execFileSync("cargo", args, { cwd: root, maxBuffer: 1 << 28, encoding: "utf8" }));
  assert.ok(packages.length > 200);
  const wrong = [];
  for (const { name, version, source, license } of packages) {
    if (source === null) continue;
    if (source !== "registry+https://github.com/rust-lang/crates.io-index") wrong.push(`${name} ${version}: from ${source}`);
    if (!license || !isAllowed(license, allowed)) wrong.push(`${name} ${version}: ${license ?? "no licence"}`);
  }
  assert.deepEqual(wrong, []);
});

test("crates that deny.toml bans are not in the lockfile", () => {
  const lock = readFileSync(join(root, "Cargo.lock"), "utf8");
  const banned = [...deny.matchAll(/crate = "([^"]+)"/g)].map((match) => match[1]);
  assert.ok(banned.length > 0);
  for (const name of banned) assert.ok(!lock.includes(`name = "${name}"\n`), name);
});

test("npm packages are locked to the registry by their hash; what is shipped is free of others' terms", () => {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const wrong = [];
  for (const [path, entry] of Object.entries(packages)) {
    if (!path.includes("node_modules/") || entry.link) continue;
    // Without an address it is the registry that npm is set to, checked by its hash.
    if (entry.resolved) wrong.push(`${path}: from ${entry.resolved}`);
    if (!entry.integrity?.startsWith("sha512-")) wrong.push(`${path}: no hash`);
    if (!entry.license || !isAllowed(entry.license, entry.dev ? TOOLS : allowed)) wrong.push(`${path}: ${entry.license}`);
  }
  assert.deepEqual(wrong, []);
});

test("a licence is allowed if one way to use it is", () => {
  const some = new Set(["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"]);
  for (const [expression, is] of [
    ["MIT", true],
    ["GPL-3.0", false],
    ["GPL-3.0 OR MIT", true],
    ["GPL-3.0 AND MIT", false],
    ["(GPL-3.0 OR ISC) AND MIT", true],
    ["MIT/GPL-3.0", true],
    ["Apache-2.0", false],
    ["Apache-2.0 WITH LLVM-exception", true],
    ["MIT AND (ISC AND GPL-3.0)", false],
  ]) {
    assert.equal(isAllowed(expression, some), is, expression);
  }
  assert.throws(() => isAllowed("(MIT", some));
  assert.throws(() => isAllowed("MIT ISC", some));
});
