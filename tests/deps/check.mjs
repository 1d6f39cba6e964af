// `npm test -- deps`: what cargo-deny says, with the advisories that can be reached.
// Where the database of advisories cannot be, that is said, and versions that were
// withdrawn from the registry are looked for all the same.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, run, say, works } from "../../capture-wasm/build/tools.mjs";

const VERSION = "0.20.2";
const ADVISORIES = "https://github.com/RustSec/advisory-db";

const NO_ADVISORY = `\`\`\`toml
[advisory]
id = "RUSTSEC-2000-0001"
package = "tacit-no-such-crate"
date = "2000-01-01"

[versions]
patched = []
\`\`\`

# Nothing

No crate has this name.
`;

/** `target`: where cargo puts what it builds. */
export async function dependencies(target) {
  const deny = await cargoDeny(target);
  const check = (config, ...what) => run(deny, ["--all-features", "--config", config, "check", "--hide-inclusion-graph", ...what]);
  await check("deny.toml", "licenses", "bans", "sources");
  if (works("git", ["ls-remote", "--exit-code", ADVISORIES, "HEAD"])) {
    await check("deny.toml", "advisories");
  } else {
    say(`NOT CHECKED: advisories on crates, since ${ADVISORIES} cannot be reached; withdrawn versions only`);
    await run(deny, ["--all-features", "--config", withdrawnOnly(target), "check", "--hide-inclusion-graph", "advisories"], {
      env: await emptyDatabase(target),
    });
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

/** deny.toml, with git as what fetches. */
function withdrawnOnly(target) {
  const config = join(target, "deny/withdrawn.toml");
  const own = readFileSync(join(root, "deny.toml"), "utf8");
  writeFileSync(config, own.replace("[advisories]\n", `[advisories]\ndb-path = "${join(target, "deny/db")}"\ngit-fetch-with-cli = true\n`));
  return config;
}

/** Makes git find a database that knows no real advisory: what is left to find is what was withdrawn. */
async function emptyDatabase(target) {
  const place = join(target, "deny/none");
  rmSync(place, { recursive: true, force: true });
  rmSync(join(target, "deny/db"), { recursive: true, force: true });
  const folder = join(place, "crates/tacit-no-such-crate");
  mkdirSync(folder, { recursive: true });
  // A database without any is taken for a broken one.
  writeFileSync(join(folder, "RUSTSEC-2000-0001.md"), NO_ADVISORY);
  const git = (...args) => run("git", ["-C", place, "-c", "user.name=tacit", "-c", "user.email=tacit@example.com", ...args]);
  await git("init", "--quiet", "--initial-branch", "main");
  await git("add", "crates");
  await git("commit", "--quiet", "--message", "none");
  return { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: `url.file://${place}.insteadOf`, GIT_CONFIG_VALUE_0: ADVISORIES };
}

async function npmAdvisories() {
  try {
    await run("npm", ["audit", "--omit=optional", "--audit-level=high"]);
  } catch (error) {
    if (!/\b(405|404|ENOTFOUND|ECONNREFUSED|ETIMEDOUT)\b/.test(error.output ?? "")) throw error;
    say("NOT CHECKED: advisories on npm packages, since the registry does not answer them here");
  }
}
