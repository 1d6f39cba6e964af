// A chat's packages, exactly as its lockfile says, installed once and kept.

import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, say, target } from "../../../capture-wasm/build/tools.mjs";

const EXACT = ["ci", "--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];

/** Where the sources of a chat's page lie. */
export const sources = (id) => join(import.meta.dirname, "..", id);

/** Where everything is that is made for a chat. */
export const workshop = (id) => join(target, "chats", id);

/** The folder with the chat's `node_modules`. */
export async function npmPackages(id) {
  const folder = workshop(id);
  const lock = readFileSync(join(sources(id), "package-lock.json"));
  await once(folder, lock, async () => {
    say(`installing ${id}`);
    rmSync(join(folder, "node_modules"), { recursive: true, force: true });
    for (const file of ["package.json", "package-lock.json"]) cpSync(join(sources(id), file), join(folder, file));
    await run("npm", EXACT, { cwd: folder });
  });
  return folder;
}

/** Does `work` unless it was done in `folder` with the same `key` before. */
export async function once(folder, key, work) {
  const stamp = join(folder, ".installed");
  const wanted = createHash("sha256").update(key).digest("hex");
  if (read(stamp) === wanted) return;
  mkdirSync(folder, { recursive: true });
  rmSync(stamp, { force: true });
  await work();
  writeFileSync(stamp, wanted);
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
