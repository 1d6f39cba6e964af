// The editors, installed once: they have a package of their own, which nothing
// but these tests needs. Run by Playwright before the first test.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, say } from "../../../capture-wasm/build/tools.mjs";

const folder = import.meta.dirname;

export default async function install() {
  const stamp = join(folder, "node_modules/.tacit-installed");
  const wanted = createHash("sha256").update(readFileSync(join(folder, "package-lock.json"))).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  say("installing the editors that are tested with");
  await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: folder });
  writeFileSync(stamp, wanted);
}
