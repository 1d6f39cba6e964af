// `npm test -- deps`: what cargo-deny says, with the advisories that can be reached.
// Where the database of advisories cannot be, that is said, and versions that were
// withdrawn from the registry are looked for all the same.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, run, say, works } from "../../capture-wasm/build/tools.mjs";

const VERSION = "CARGO_DENY_VERSION";
const ADVISORIES = "https://github.com/RustSec/advisory-db";

/** `target`: where cargo puts what it builds. */
export async function dependencies(target) {
  const deny = await cargoDeny(target);
  const check = (config, ...what) => run(deny, ["--all-features", "check", "--config", config, "--hide-inclusion-graph", ...what]);
  await check("deny.toml", "licenses", "bans", "sources");
  if (works("git", ["ls-remote", "--exit-code", ADVISORIES, "HEAD"])) {
    await check("deny.toml", "advisories");
  } else {
    say(`NOT CHECKED: advisories on crates, since ${ADVISORIES} cannot be reached; withdrawn versions only`);
    await check(await emptyDatabase(target), "advisories");
  }
  await npmAdvisories();
}

async function cargoDeny(target) {
  const place = join(target, "deny");
  const binary = join(place, "bin/cargo-deny");
  if (!existsSync(binary)) {
    say("building cargo-deny (once, some minutes)");
    const args = ["install", "cargo-deny", "--version", VERSION, "--locked", "--debug", "--root", place, "--target-dir", join(place, "build")];
    await run("cargo", args, { env: { CARGO_PROFILE_DEV_DEBUG: "0" } });
  }
  return binary;
}

/** deny.toml with a database that knows no advisory: what is left to find is what was withdrawn. */
async function emptyDatabase(target) {
  const place = join(target, "deny/none");
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const git = (...args) => run("git", ["-C", place, "-c", "user.name=tacit", "-c", "user.email=tacit@example.com", ...args]);
  await git("init", "--quiet");
  await git("commit", "--quiet", "--allow-empty", "--message", "none");
  const config = join(place, "../deny-none.toml");
  const own = readFileSync(join(root, "deny.toml"), "utf8");
  const database = `[advisories]\ndb-path = "${join(target, "deny/db")}"\ndb-urls = ["file://${place}"]\n`;
  writeFileSync(config, own.replace("[advisories]\n", database));
  return config;
}

async function npmAdvisories() {
  try {
    await run("npm", ["audit", "--omit=optional", "--audit-level=high"]);
  } catch (error) {
    if (!/\b(405|404|ENOTFOUND|ECONNREFUSED|ETIMEDOUT)\b/.test(error.output ?? "")) throw error;
    say("NOT CHECKED: advisories on npm packages, since the registry does not answer them here");
  }
}
