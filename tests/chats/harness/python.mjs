// Chats that come as Python programs: an environment of their own with the
// versions of the chat's requirements, below target/ and made once.

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { canInstallDebianPackages, installDebianPackages, Problem, run, say, works } from "../../../capture-wasm/build/tools.mjs";
import { once, sources, workshop } from "./install.mjs";

/** Installs what takes pip minutes in seconds. */
const UV = "uv==0.13.9";
const HAS_VENV = ["-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"];

/** Resolves with the environment's folder of programs. */
export async function pythonPackages(id) {
  const requirements = join(sources(id), "requirements.txt");
  const folder = workshop(id);
  await once(folder, readFileSync(requirements), async () => {
    const uv = await installer();
    say(`installing ${id}`);
    const place = join(folder, "python");
    rmSync(place, { recursive: true, force: true });
    await run(uv, ["venv", "--quiet", "--python", "python3", place]);
    // Without a cache: what is in it is needed once, and may be gigabytes.
    const exactly = ["--no-deps", "--no-cache", "--quiet", "--python", join(place, "bin/python")];
    await run(uv, ["pip", "install", ...exactly, "--requirement", requirements]);
  });
  return join(folder, "python/bin");
}

async function installer() {
  await pythonWithVenv();
  const folder = workshop("uv");
  await once(folder, UV, async () => {
    await run("python3", ["-m", "venv", folder]);
    await run(join(folder, "bin/python"), ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV]);
  });
  return join(folder, "bin/uv");
}

async function pythonWithVenv() {
  if (works("python3", HAS_VENV)) return;
  if (canInstallDebianPackages()) await installDebianPackages("python3", "python3-venv");
  if (!works("python3", HAS_VENV)) throw new Problem("these chats need Python 3.11 or newer with venv. On Debian: apt-get install python3 python3-venv");
}
