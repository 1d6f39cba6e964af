// Starts the collector that is shipped on a data directory.

import { execFileSync, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text as read } from "node:stream/consumers";

/** One client sends all there is. */
const LIMITS = "[log_output]\nlevel = \"warn\"\n[limits]\naddress_per_second = 1000000\nkey_per_second = 1000000\n";

/** Of a program whose facts are in `store`. */
export const environment = (store) => (store ? { ...process.env, TACIT_STORE: store } : process.env);

/** What the command of these words answers about the data directory `data` and its store. */
export function tacit(bin, words, data, store) {
  const args = [...words, "--data", data, "--json"];
  return JSON.parse(execFileSync(bin, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], env: environment(store) }));
}

/** Starts the collector; `get` asks it. Its facts are in `store`, or without in `data` itself. */
export async function started(bin, data, key, { keepsRollups = true, store } = {}) {
  const file = join(data, "bench.toml");
  writeFileSync(file, `rollups = ${keepsRollups}\n${LIMITS}`);
  const child = spawn(bin, ["serve", "--listen", "127.0.0.1:0", "--data", data, "--config", file, "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: environment(store),
  });
  let url;
  for await (const line of createInterface({ input: child.stdout })) {
    ({ url } = JSON.parse(line));
    break;
  }
  const headers = { authorization: `Bearer ${key}` };
  const agent = new Agent({ keepAlive: true });
  // No fetch: that gives up after five minutes, and reading ten million signals may take longer.
  const ask = (path) =>
    new Promise((resolve, reject) => {
      const asking = request(url + path, { agent, headers }, async (answer) => {
        const text = await read(answer);
        if (answer.statusCode < 400) resolve(text);
        else reject(new Error(`${path}: ${answer.statusCode} ${text}`));
      });
      asking.on("error", reject).end();
    });
  const get = async (path) => JSON.parse(await ask(path));
  const send = async (path, body) => {
    const answer = await fetch(url + path, { method: "POST", headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const stop = () =>
    new Promise((resolve) => {
      agent.destroy();
      child.once("exit", resolve);
      child.kill("SIGTERM");
    });
  return { url, ask, get, send, stop };
}
