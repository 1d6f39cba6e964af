// What the dashboard waits for: each of its queries from roll-ups that are kept, against the same
// answer added up from all facts in the same run, over HTTP on the collector that is shipped.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { say } from "../../../capture-wasm/build/tools.mjs";
import { started } from "../collector.mjs";

/** What is asked of `/v1/rollups`, by what is known once they are there. */
const QUERIES = [
  ["total", () => ""],
  ["by day", () => "by=day"],
  ["by day, last 7", ({ until }) => `by=day&since=${until - 7 * DAY}&until=${until}`],
  ["by model", () => "by=model"],
  ["by prompt version", () => "by=prompt_version"],
  ["one model by day", ({ model }) => `by=day&model=${encodeURIComponent(model)}`],
];
const LIMIT = "reading the cells it is added up from";

export const tables = [
  {
    name: "dashboard",
    title: "Dashboard",
    about:
      "Queries of the dashboard over HTTP, from a client on the same machine, of a store that `tacit simulate` filled, as soon as everything is added up. *all facts* is the same answer without roll-ups (`as_of`), measured once: of more than a million signals for the first query only, since it reads the same for all.",
    measures: QUERIES.flatMap(([query], i) => [
      { key: `${i}p50`, what: `${query}: median`, unit: "ms", limit: LIMIT },
      { key: `${i}p99`, what: `${query}: 99th percentile`, unit: "ms", limit: LIMIT, budget: 300, isCompared: false },
    ]),
    plot: { measure: "0p50", title: "The total of everything, ms" },
  },
];
export const options = { rounds: 200, signals: 1_000_000 };

const DAY = 86_400_000;
/** Bytes a signal takes in the store, and as much again for the log while it is filled. */
const BYTES_PER_SIGNAL = 600;
/** Signals up to which all facts are read for every query. */
const EACH_MAX = 1_000_000;

export async function run({ rounds, signals }) {
  const bin = process.env.TACIT_BIN;
  const directory = mkdtempSync(join(tmpdir(), "tacit-dashboard-"));
  const { bavail, bsize } = statfsSync(directory);
  const needed = signals * BYTES_PER_SIGNAL;
  if (bavail * bsize < needed) throw new Error(`${needed} bytes are needed in ${directory}, there are ${bavail * bsize}`);
  try {
    const data = join(directory, "data");
    say(`filling ${data} with ${signals.toLocaleString("en")} signals …`);
    const filled = execFileSync(bin, ["simulate", "--store", data, "--signals", `${signals}`, "--json"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const { key } = JSON.parse(filled);
    return await queries(bin, data, key, rounds, signals);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function queries(bin, data, key, rounds, signals) {
  const server = await started(bin, data, key);
  try {
    const began = performance.now();
    let total = await server.get("/v1/rollups");
    while (!total.complete) {
      await sleep(250);
      total = await server.get("/v1/rollups");
    }
    const kept = performance.now() - began;
    const row = total.rows[0];
    const stored = Object.values(row.signals).reduce((sum, kind) => sum + kind.count, 0);
    say(`${stored.toLocaleString("en")} signals of ${row.outputs.toLocaleString("en")} outputs added up in ${(kept / 1000).toFixed(1)} s`);
    const models = await server.get("/v1/rollups?by=model");
    const days = await server.get("/v1/rollups?by=day");
    const last = days.rows.at(-1).slice;
    const until = Date.parse(`${last}T00:00:00Z`) + DAY;
    const known = { until, model: models.rows[0].slice };
    const [ours, theirs] = [{}, {}];
    let all = 0;
    for (const [i, [name, query]] of QUERIES.entries()) {
      const path = `/v1/rollups?${query(known)}`;
      const times = [];
      for (let round = 0; round < rounds; round += 1) {
        const at = performance.now();
        await server.get(path);
        times.push(performance.now() - at);
      }
      if (all === 0 || signals <= EACH_MAX) {
        const at = performance.now();
        const anew = await server.get(`${path}&as_of=${total.as_of}`);
        all = performance.now() - at;
        const from = await server.get(path);
        if (JSON.stringify(anew.rows) !== JSON.stringify(from.rows)) say(`${name}: not the same from all facts: time went on`);
      }
      times.sort((a, b) => a - b);
      const at = (share) => times[Math.min(rounds - 1, Math.floor(share * rounds))];
      Object.assign(ours, { [`${i}p50`]: at(0.5), [`${i}p99`]: at(0.99) });
      theirs[`${i}p50`] = all;
    }
    const note = `${stored.toLocaleString("en")} signals of ${row.outputs.toLocaleString("en")} outputs; ${rounds} times each; added up within ${(kept / 1000).toFixed(1)} s of the start`;
    return [[{ name: "tacit", note, values: ours }, { name: "all facts", note: undefined, values: theirs }]];
  } finally {
    await server.stop();
  }
}
