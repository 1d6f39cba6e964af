// Outputs that are quick to have again are made again.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { codeOf } from "../../capture-wasm/build/document.mjs";

test("configuration.md shows how a misspelt option is told", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "tacit-docs-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "tacit.toml"), '[log]\nkeep_secs = "24h"\n');
  const { status, stderr } = spawnSync(process.env.TACIT_BIN, ["config", "check", "tacit.toml"], { cwd: folder, encoding: "utf8" });
  assert.equal(status, 2);
  assert.equal(stderr, codeOf("demo-site/docs/configuration.md", "text"));
});
