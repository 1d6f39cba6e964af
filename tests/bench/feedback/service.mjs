// A program that serves HTTP on the loopback while it is measured.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Some take minutes to begin on a busy machine. */
const START_MS = 300_000;

/** Starts `command` and waits until `probe` answers 2xx; `stop` ends it and all it started. */
export async function service(command, { env, folder, probe }) {
  const log = openSync(join(folder, "output.log"), "a");
  const child = spawn(command[0], command.slice(1), { cwd: folder, env: { ...process.env, ...env }, stdio: ["ignore", log, log], detached: true });
  const ended = once(child, "exit");
  const until = performance.now() + START_MS;
  for (;;) {
    if (await fetch(probe).then(({ ok }) => ok, () => false)) break;
    if (child.exitCode !== null) throw new Error(`${command.join(" ")} ended: ${join(folder, "output.log")}`);
    if (performance.now() > until) throw new Error(`${command.join(" ")} does not answer: ${join(folder, "output.log")}`);
    await sleep(100);
  }
  return async () => {
    // It has a group of its own: its workers end with it.
    process.kill(-child.pid, "SIGTERM");
    await ended;
  };
}

/** Bytes of all files below a folder, but for logs of what a program says. */
export function bytesBelow(folder) {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== "output.log");
  return files.reduce((sum, { parentPath, path, name }) => sum + statSync(join(parentPath ?? path, name)).size, 0);
}
