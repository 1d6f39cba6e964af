// The step `loaders`: a Python environment of its own with the pinned loaders, kept
// below target/ until the pins change, and pytest in it.

import { join } from "node:path";
import { root, run, target } from "../capture-wasm/build/tools.mjs";
import { environment } from "./python.mjs";

const folder = join(root, "tests/python");

/** Runs pytest on `paths` below tests/python, in the environment `name` of `requirements`. */
export async function loaders(name, requirements, paths, env) {
  const files = requirements.map((file) => join(folder, file));
  const python = await environment(join(target, "loaders", name), files);
  // Bytecode and caches stay out of the sources.
  const quiet = { PYTHONPYCACHEPREFIX: join(target, "loaders/bytecode"), HF_HUB_OFFLINE: "1", HF_HOME: join(target, "loaders/cache") };
  const args = ["-m", "pytest", "-p", "no:cacheprovider", "--tb=short", "-q", "-rs", ...paths];
  return run(python, args, { cwd: folder, env: { ...quiet, ...env } });
}
