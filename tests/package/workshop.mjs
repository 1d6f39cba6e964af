// Where apps are built: a folder with the bundlers and frameworks, exactly as the
// lockfile says, and with the package as npm would publish it, from its tarball.

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root, run, say, target } from "../../capture-wasm/build/tools.mjs";
import { once } from "../chats/harness/install.mjs";

const toolbox = join(import.meta.dirname, "toolbox");
const EXACT = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];

export const workshop = join(target, "package-apps");
export const tarball = join(workshop, "tacit-capture.tgz");

/** Run by Playwright before the first test. */
export default async function prepare() {
  if (process.env.TACIT_PACKAGE === "all") await tools();
  await unpack();
}

async function tools() {
  await once(workshop, readFileSync(join(toolbox, "package-lock.json")), async () => {
    say("installing bundlers and frameworks (once, a minute)");
    rmSync(join(workshop, "node_modules"), { recursive: true, force: true });
    for (const file of ["package.json", "package-lock.json"]) cpSync(join(toolbox, file), join(workshop, file));
    await run("npm", EXACT, { cwd: workshop });
  });
}

/** The package as npm packs it, where apps in the workshop find it. */
async function unpack() {
  mkdirSync(workshop, { recursive: true });
  const said = await run("npm", ["pack", "--json", "--pack-destination", workshop, "--loglevel=error"], { cwd: join(root, "capture-wasm") });
  const [{ filename }] = JSON.parse(said.slice(said.indexOf("[")));
  cpSync(join(workshop, filename), tarball);
  const place = join(workshop, "node_modules/tacit-capture");
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  await run("tar", ["-xzf", tarball, "--strip-components=1", "-C", place]);
}

/** A fresh folder for an app, with these files by their paths. */
export function appFolder(name, files) {
  const folder = join(workshop, "apps", name);
  rmSync(folder, { recursive: true, force: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}
