// Starts the collector that is shipped on a data directory.

import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** One client sends all there is. */
const LIMITS = "[log_output]\nlevel = \"warn\"\n[limits]\naddress_per_second = 1000000\nkey_per_second = 1000000\n";

/** Starts the collector; `get` asks it. */
export async function started(bin, data, key, keepsRollups = true) {
  const file = join(data, "bench.toml");
  writeFileSync(file, `rollups = ${keepsRollups}\n${LIMITS}`);
  const child = spawn(bin, ["serve", "--listen", "127.0.0.1:0", "--data", data, "--config", file, "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let url;
  for await (const line of createInterface({ input: child.stdout })) {
    ({ url } = JSON.parse(line));
    break;
  }
  const headers = { authorization: `Bearer ${key}` };
  const ask = async (path) => {
    const answer = await fetch(url + path, { headers });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return text;
  };
  const get = async (path) => JSON.parse(await ask(path));
  const stop = () =>
    new Promise((resolve) => {
      child.once("exit", resolve);
      child.kill("SIGTERM");
    });
  return { url, ask, get, stop };
}
