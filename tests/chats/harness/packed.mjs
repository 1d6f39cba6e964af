// Packages that ship their whole chat in one file: fetched without what they
// depend on, which is hundreds of packages, or cannot be had any more. Such a
// chat's package.json has the `integrity` of each instead of a lockfile.

import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Problem, run, say } from "../../../capture-wasm/build/tools.mjs";
import { once, sources, workshop } from "./install.mjs";

/** Whether the chat comes this way. */
export const isPacked = (id) => "integrity" in read(id);

/** Puts the chat's packages into its `node_modules`. */
export async function packedPackages(id) {
  const { dependencies, integrity } = read(id);
  const folder = workshop(id);
  await once(folder, JSON.stringify({ dependencies, integrity }), async () => {
    say(`fetching ${id}`);
    for (const [name, version] of Object.entries(dependencies)) await fetchOne(folder, name, version, integrity[name]);
  });
  return folder;
}

async function fetchOne(folder, name, version, integrity) {
  const to = ["--json", "--ignore-scripts", "--loglevel=error", "--pack-destination", folder];
  const packed = Object.values(JSON.parse(await run("npm", ["pack", `${name}@${version}`, ...to])))[0];
  if (packed.integrity !== integrity) throw new Problem(`${name} ${version} is not what it was: ${packed.integrity}`);
  const place = join(folder, "node_modules", name);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const archive = join(folder, packed.filename);
  await run("tar", ["--extract", "--gzip", "--file", archive, "--directory", place, "--strip-components=1"]);
  rmSync(archive);
}

function read(id) {
  return JSON.parse(readFileSync(join(sources(id), "package.json"), "utf8"));
}
