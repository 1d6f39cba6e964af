// What the dashboard waits for: every path its views ask, over HTTP on the collector that is
// shipped, and the same answers worked out of all facts.

import { existsSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { say } from "../../../capture-wasm/build/tools.mjs";
import { asked } from "../asked.mjs";
import { started, tacit } from "../collector.mjs";

/** Its measures are known once the views have said what they ask. */
const table = {
  name: "dashboard",
  title: "Dashboard",
  about:
    "Every path that the views of the dashboard ask, over HTTP, from a client on the same machine, of a store that `tacit simulate` filled. *first* is the first time it was asked, just after all was added up; *all facts* is the same answer of the same moment (`as_of`), measured once a kind, which had to be the same to the letter.",
  measures: [],
  plot: { measure: "0p50", title: "The total of 28 days, ms" },
  /** Beyond the bar the run ends with 1. */
  mustHold: true,
};
export const tables = [table];
export const options = { rounds: 100, signals: 1_000_000, store: "" };

/** Bytes a signal takes in the store, and as much again for the log while it is filled. */
const BYTES_PER_SIGNAL = 600;
/** People of two arms, so that there is an experiment. */
const WORLD = "experiment_better";
const PROJECT = "demo";

/** `store`: a data directory, which is filled if it is not there, and is left for the next run. */
export async function run({ rounds, signals, store }) {
  const bin = process.env.TACIT_BIN;
  const directory = mkdtempSync(join(tmpdir(), "tacit-dashboard-"));
  try {
    const data = store || join(directory, "data");
    if (!existsSync(data)) {
      const { bavail, bsize } = statfsSync(dirname(resolve(data)));
      const needed = signals * BYTES_PER_SIGNAL;
      if (bavail * bsize < needed) throw new Error(`${needed} bytes are needed for ${data}, there are ${bavail * bsize}`);
      say(`filling ${data} with ${signals.toLocaleString("en")} signals …`);
      clocked("filled", () => tacit(bin, ["simulate", "--project", PROJECT, "--signals", `${signals}`, "--world", WORLD], data));
    }
    // One that may see every view of it.
    const { key } = tacit(bin, ["keys", "create", "--project", PROJECT, "--kind", "secret", "--scope", "read", "--scope", "admin"], data);
    return await queries(bin, data, key, rounds);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const seconds = (began) => `${((performance.now() - began) / 1_000).toFixed(1)} s`;

function clocked(what, act) {
  const began = performance.now();
  const found = act();
  say(`${what} in ${seconds(began)}`);
  return found;
}

async function queries(bin, data, key, rounds) {
  const server = await started(bin, data, key);
  try {
    const there = await added(server);
    const rows = [];
    for (const { view, path } of await asked(there, Date.now())) {
      let [first, told] = await timed(() => server.get(path));
      // A minute has begun, and labels grew older: some are being added up anew.
      for (; told.kept?.complete === false; told = await server.get(path)) await sleep(250);
      rows.push({ view, path, told, first });
    }
    for (const row of rows) {
      const times = [];
      for (let i = 0; i < rounds; i += 1) times.push((await timed(() => server.get(row.path)))[0]);
      times.sort((a, b) => a - b);
      [row.p50, row.p99] = [0.5, 0.99].map((share) => times[Math.min(rounds - 1, Math.floor(share * rounds))]);
    }
    // At the end: whatever else is asked meanwhile would wait for the same cores.
    const known = new Set();
    for (const row of rows) {
      const exact = ofAllFacts(row);
      if (exact && !known.has(exact.kind)) {
        known.add(exact.kind);
        row.all = await same(server, row, exact);
      }
    }
    table.measures = rows.flatMap(measures);
    const [ours, theirs] = [{}, {}];
    for (const [i, { p50, p99, first, all }] of rows.entries()) {
      Object.assign(ours, { [`${i}p50`]: p50, [`${i}p99`]: p99, [`${i}first`]: first });
      theirs[`${i}p50`] = all;
    }
    const note = `${there.note}; ${rounds} times each`;
    return [[{ name: "tacit", note, values: ours }, { name: "all facts", note: undefined, values: theirs }]];
  } finally {
    await server.stop();
  }
}

const LIMIT = "a round trip of the loopback: some 0.3";

/** Moments differ from run to run. */
function measures({ view, path }, i) {
  const what = `${view}, \`${path.replaceAll(/(since|until)=\d{9,}/g, "$1=…")}\``;
  return [
    { key: `${i}p50`, what: `${what}: median`, unit: "ms", limit: LIMIT },
    { key: `${i}p99`, what: `${what}: 99th percentile`, unit: "ms", limit: LIMIT, budget: 300, isCompared: false },
    { key: `${i}first`, what: `${what}: the first`, unit: "ms", limit: "reading what it is worked out of", isCompared: false },
  ];
}

async function timed(act) {
  const began = performance.now();
  const told = await act();
  return [performance.now() - began, told];
}

/** Waits until everything is added up and a small build is made; the names of what is there. */
async function added(server) {
  const began = performance.now();
  let total = await server.get("/v1/rollups");
  for (; !total.complete; total = await server.get("/v1/rollups")) await sleep(250);
  const within = seconds(began);
  // Labels are of the last whole minute and signals are all there are: only once a minute has
  // begun are the two of one moment, as all facts of a moment are.
  const filled = Date.now();
  for (; !total.complete || total.as_of < filled; total = await server.get("/v1/rollups")) await sleep(250);
  const [row] = total.rows;
  const stored = Object.values(row.signals).reduce((sum, kind) => sum + kind.count, 0);
  const note = `${stored.toLocaleString("en")} signals of ${row.outputs.toLocaleString("en")} outputs; added up within ${within} of the start`;
  say(note);
  const models = await server.get("/v1/rollups?by=model");
  const { outputs } = await server.get("/v1/outputs?limit=1");
  const { experiments: [{ name, arms }] } = await server.get("/v1/experiments");
  let build = await server.send("/v1/datasets/builds", { format: "trl-kto" });
  while (!["done", "failed"].includes(build.state)) {
    await sleep(250);
    build = await server.get(`/v1/datasets/builds/${build.id}`);
  }
  if (build.state === "failed") throw new Error(`no build: ${JSON.stringify(build)}`);
  say(`everything is there after ${seconds(began)}`);
  return {
    note,
    model: models.rows[0].slice,
    output: outputs[0].id,
    build: build.id,
    experiment: name,
    arms: arms.slice(1).map((arm) => arm.name),
  };
}

/** The same path as of the moment the answer is of, and what is read for it: once a kind. */
function ofAllFacts({ path, told }) {
  const url = new URL(path, "http://tacit");
  const isKept = url.searchParams.get("kept") === "true";
  if (!isKept && url.pathname !== "/v1/rollups") return undefined;
  url.searchParams.delete("kept");
  url.searchParams.set("as_of", told.as_of);
  // Days are counted from today.
  if (url.searchParams.has("days")) {
    url.searchParams.delete("days");
    url.searchParams.set("since", told.since);
  }
  return { kind: url.pathname, path: url.pathname + url.search };
}

/** How roll-ups stood that it was made of is said beside what was found. */
async function same(server, { path, told: { kept: _, ...first } }, exact) {
  const [took, anew] = await timed(() => server.get(exact.path));
  const [mine, other] = [first, anew].map((told) => JSON.stringify(told.rows ?? told));
  if (mine !== other) throw new Error(`${path} says something else than ${exact.path}`);
  return took;
}
