// A program from its start to its end: wall time, processor time, the most memory it had.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";

const WRAPPER = join(import.meta.dirname, "measured.py");

/**
 * Runs `command` by `python`; answers with `{ seconds, cpu, memory (bytes), stdout }`. What it
 * prints goes to the file `out`, where there is one; `env` is its environment.
 */
export async function measured(python, command, { out, env } = {}) {
  const file = out && openSync(out, "w");
  const child = spawn(python, [WRAPPER, ...command], { stdio: ["ignore", file ?? "pipe", "pipe"], env });
  const [stdout, stderr, [status]] = await Promise.all([gathered(child.stdout), gathered(child.stderr), once(child, "close")]);
  if (file) closeSync(file);
  if (status !== 0) throw new Error(`${command.join(" ")}: ${status}\n${stderr}`);
  return { ...JSON.parse(stderr.trim().split("\n").at(-1)), stdout };
}

async function gathered(stream) {
  if (!stream) return "";
  let text = "";
  for await (const chunk of stream.setEncoding("utf8")) text += chunk;
  return text;
}

/** Forgets what the kernel keeps of a file in memory, so that it is read from the disk. */
export function forget(file) {
  spawnSync("sync", [file]);
  const { status } = spawnSync("dd", [`if=${file}`, "iflag=nocache", "count=0"], { stdio: "ignore" });
  if (status !== 0) throw new Error(`${file} could not be dropped from memory`);
}
