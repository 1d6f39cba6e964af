// Python environments with pinned packages, kept below target/ until the pins change.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { canInstallDebianPackages, installDebianPackages, Problem, run, say, works } from "../capture-wasm/build/tools.mjs";

/** pandas and numpy of the pins have no wheels for older ones. */
const PYTHON = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";

/** The interpreter at `place` with what `files` of pins name; made anew when these change. */
export async function environment(place, files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(file));
  const digest = hash.digest("hex");
  const python = join(place, "bin/python");
  const stamp = join(place, "pins");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest && works(python)) return python;
  await pythonWithVenv();
  say(`installing Python packages into ${place} (once, a few minutes)`);
  rmSync(place, { recursive: true, force: true });
  await run("python3", ["-m", "venv", place]);
  const requirements = files.flatMap((file) => ["--requirement", file]);
  await run(python, ["-m", "pip", "install", "--no-deps", "--no-compile", "--progress-bar", "off", ...requirements], {
    env: { PIP_DISABLE_PIP_VERSION_CHECK: "1" },
  });
  writeFileSync(stamp, digest);
  return python;
}

async function pythonWithVenv() {
  if (works("python3", ["-c", PYTHON])) return;
  if (canInstallDebianPackages()) await installDebianPackages("python3", "python3-venv");
  if (!works("python3", ["-c", PYTHON])) {
    throw new Problem("this needs Python 3.11 or newer with venv. On Debian: apt-get install python3 python3-venv");
  }
}
