// The step `loaders`: a Python environment of its own with the pinned loaders, kept
// below target/ until the pins change, and pytest in it.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { canInstallDebianPackages, installDebianPackages, Problem, root, run, say, target, works } from "../capture-wasm/build/tools.mjs";

const folder = join(root, "tests/python");
/** pandas and numpy of the pins have no wheels for older ones. */
const PYTHON = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";

/** Runs pytest on `paths` below tests/python, in the environment `name` of `requirements`. */
export async function loaders(name, requirements, paths, env) {
  const python = await environment(name, requirements);
  // Bytecode and caches stay out of the sources.
  const quiet = { PYTHONPYCACHEPREFIX: join(target, "loaders/bytecode"), HF_HUB_OFFLINE: "1", HF_HOME: join(target, "loaders/cache") };
  const args = ["-m", "pytest", "-p", "no:cacheprovider", "--tb=short", "-q", "-rs", ...paths];
  return run(python, args, { cwd: folder, env: { ...quiet, ...env } });
}

/** An interpreter with what the files of pins name; made anew when these change. */
async function environment(name, requirements) {
  const hash = createHash("sha256");
  for (const file of requirements) hash.update(readFileSync(join(folder, file)));
  const digest = hash.digest("hex");
  const place = join(target, "loaders", name);
  const python = join(place, "bin/python");
  const stamp = join(place, "pins");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest && works(python)) return python;
  await pythonWithVenv();
  say(`installing the Python loaders into ${place} (once, a few minutes)`);
  rmSync(place, { recursive: true, force: true });
  await run("python3", ["-m", "venv", place]);
  const files = requirements.flatMap((file) => ["--requirement", join(folder, file)]);
  await run(python, ["-m", "pip", "install", "--no-deps", "--no-compile", "--progress-bar", "off", ...files], {
    env: { PIP_DISABLE_PIP_VERSION_CHECK: "1" },
  });
  writeFileSync(stamp, digest);
  return python;
}

async function pythonWithVenv() {
  if (works("python3", ["-c", PYTHON])) return;
  if (canInstallDebianPackages()) await installDebianPackages("python3", "python3-venv");
  if (!works("python3", ["-c", PYTHON])) {
    throw new Problem("the loader tests need Python 3.11 or newer with venv. On Debian: apt-get install python3 python3-venv");
  }
}

/** `12 passed, 1 failed, 2 skipped, 1 warning in 3.21s`, the last line of pytest. */
export function countPytest(output) {
  const closing = output.split("\n").findLast((line) => / in [\d.]+s/.test(line)) ?? "";
  const count = (what) => Number(closing.match(new RegExp(`(\\d+) ${what}`))?.[1] ?? 0);
  return { passed: count("passed"), failed: count("failed") + count("errors?"), skipped: count("skipped") };
}
