// The README's commands, in its order, on the data of simulated people.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { blocksOf, codeOf } from "../../capture-wasm/build/document.mjs";
import { root } from "../../capture-wasm/build/tools.mjs";

const TACIT = process.env.TACIT_BIN;

/** A directory as the README is read in: a clone that was built, with some data. */
function clone(t) {
  const folder = mkdtempSync(join(tmpdir(), "tacit-readme-"));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "target/release"), { recursive: true });
  symlinkSync(TACIT, join(folder, "target/release/tacit"));
  symlinkSync(join(root, "collector"), join(folder, "collector"));
  execFileSync(TACIT, ["simulate", "--store", "data", "--signals", "800"], { cwd: folder, stdio: "ignore" });
  // Files that the README leaves to the pages it links.
  writeFileSync(join(folder, "tone.toml"), codeOf("demo-site/docs/experiments.md", "toml"));
  writeFileSync(join(folder, "tacit.toml"), codeOf("demo-site/docs/updates.md", "toml").replaceAll("/var/lib/tacit", folder));
  return folder;
}

/** What stands for something that only a run knows. */
function known(folder) {
  const ask = (...args) => execFileSync(TACIT, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const brief = JSON.parse(ask("brief", "--out", "briefs/last", "--json"));
  const label = JSON.parse(ask("export", "--format", "labels", "--out", "-").split("\n")[0]);
  return { "explain o-1": `explain ${label.output}`, "br_…": brief.id };
}

test("the README's commands do what they say", (t) => {
  const folder = clone(t);
  const here = known(folder);
  const lines = blocksOf("README.md")
    .filter(({ language, code }) => language === "sh" && code.includes("target/release/tacit"))
    .flatMap(({ code }) => code.trim().split("\n"));
  assert.ok(lines.length > 18);
  for (const line of lines) {
    // A server does not end by itself, and the model of a replay is nobody's.
    if (line.includes("tacit serve")) continue;
    const command = Object.entries(here).reduce((text, [name, value]) => text.replace(name, value), line) + (line.includes(" replay ") ? " --dry-run" : "");
    const { status, stdout, stderr } = spawnSync("bash", ["-c", command.replace(/ +#.*?(?= --dry-run|$)/, "")], { cwd: folder, encoding: "utf8" });
    // The gate's verdict on a change that nothing proves is not 0, and that is its answer.
    if (line.includes("tacit verify")) assert.match(stdout, /^## support@15: (hold|stop)/, stderr);
    else assert.equal(status, 0, `${command}\n${stderr}`);
    if (line.includes("--out builds/dpo-1")) cpSync(join(folder, "builds/dpo-1"), join(folder, "builds/dpo-2"), { recursive: true });
  }
});
