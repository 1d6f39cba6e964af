// Packages that ship their whole chat in one file: fetched without what they
// depend on, which is hundreds of packages, or cannot be had any more.

import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Problem, run, say } from "../../../capture-wasm/build/tools.mjs";
import { once, sources, workshop } from "./install.mjs";

/** Puts what the chat's `packed.json` names (`package@version`: integrity) into its `node_modules`. */
export async function packedPackages(id) {
  const list = readFileSync(join(sources(id), "packed.json"), "utf8");
  const folder = workshop(id);
  await once(folder, list, async () => {
    say(`fetching ${id}`);
    for (const [spec, integrity] of Object.entries(JSON.parse(list))) await fetchOne(folder, spec, integrity);
  });
  return folder;
}

async function fetchOne(folder, spec, integrity) {
  const printed = await run("npm", ["pack", spec, "--json", "--ignore-scripts", "--loglevel=error", "--pack-destination", folder]);
  const packed = Object.values(JSON.parse(printed))[0];
  if (packed.integrity !== integrity) throw new Problem(`${spec} is not what it was: ${packed.integrity}`);
  const place = join(folder, "node_modules", packed.name);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const archive = join(folder, packed.filename);
  await run("tar", ["--extract", "--gzip", "--file", archive, "--directory", place, "--strip-components=1"]);
  rmSync(archive);
}
