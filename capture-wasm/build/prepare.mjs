// What `npm start` and `npm test` need before they can begin. Each step looks
// first and does nothing when nothing is missing. Run by itself it builds the
// package `tacit-capture`.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { canInstallDebianPackages, installDebianPackages, Problem, root, run, say, target, works } from "./tools.mjs";

const MANIFESTS = ["package.json", "package-lock.json", "capture-wasm/package.json", "demo-site/package.json", "tests/package.json"];

/** The npm packages of the lockfile, if it has changed since they were installed. */
export async function npmPackages() {
  const stamp = join(root, "node_modules/.tacit-installed");
  const wanted = hashOf(MANIFESTS);
  if (read(stamp) === wanted) return;
  say("installing npm packages");
  // Chromium comes from elsewhere, see chromium.mjs.
  const env = { PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: "1" };
  await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { env });
  writeFileSync(stamp, wanted);
}

/** cargo, and the C compiler that SQLite is built with. */
export async function compilers() {
  if (!works("cargo")) {
    throw new Problem("Rust is missing. Install it with rustup (https://rustup.rs), open a new shell, and run this again.");
  }
  if (works("cc")) return;
  if (!canInstallDebianPackages()) {
    throw new Problem("a C compiler (cc) is missing, which SQLite is built with. On Debian: apt-get install gcc libc6-dev");
  }
  await installDebianPackages("gcc", "libc6-dev");
}

/** capture-wasm/dist, by the builder, which finds or installs a Wasm toolchain. */
export async function wasmPackage() {
  say("building the Wasm package");
  await run("cargo", ["run", "--package", "tacit-capture-build"], {
    keep: (line) => line.startsWith("capture: "),
  });
}

/** The path of the collector's binary: as shipped, or as quickly as may be and with every check. */
export async function collector({ release = true } = {}) {
  say(`building the collector${release ? "" : ", unoptimised"}`);
  // The native tests are compiled with the workspace's features: what is built with others is built twice.
  await run("cargo", ["build", ...(release ? ["--release", "--package", "tacit-collector"] : ["--workspace", "--bin", "tacit"])]);
  return join(target, release ? "release" : "debug", "tacit");
}

function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${file}\0${read(join(root, file))}\0`);
  return hash.digest("hex");
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

if (process.argv[1] === import.meta.filename) {
  try {
    await npmPackages();
    await compilers();
    await wasmPackage();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
