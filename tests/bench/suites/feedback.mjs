// The same feedback told to Tacit and to what else can hold it and runs from a registry, by the
// HTTP API of each.

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { say, target } from "../../../capture-wasm/build/tools.mjs";
import { environment } from "../../python.mjs";
import { load } from "../feedback/load.mjs";
import * as mlflow from "../feedback/mlflow.mjs";
import * as phoenix from "../feedback/phoenix.mjs";
import * as tacit from "../feedback/tacit.mjs";

const PINS = join(import.meta.dirname, "../feedback/pins");
const PEERS = [
  { peer: phoenix, pins: join(PINS, "phoenix.txt"), package: "arize-phoenix" },
  { peer: mlflow, pins: join(PINS, "mlflow.txt"), package: "mlflow" },
];
const CONNECTIONS = 8;
const ANSWERS = 500;
const BATCH = 100;

export const tables = [
  {
    name: "feedback",
    title: "Feedback over HTTP",
    about: `Ratings of ${ANSWERS} answers, each by another person, told by somebody's server: over ${CONNECTIONS} connections that send as soon as they are answered, one a request and ${BATCH} a request where the API takes more than one. Client and server share the machine, one after the other; the client is a Node program that takes a core at some 10,000 requests a second, so that it is Tacit's limit and not the others'. What each says it holds afterwards is counted, and has to be what was sent. Bytes are what its folder grew by once its journal was written back; of Tacit without the log, which is deleted after an hour. Both peers keep traces and show them, which Tacit does not: this is about taking feedback alone.`,
    measures: [
      { key: "single", what: "feedback a second, one a request", more: true, limit: "the ceiling of ingest" },
      { key: "batched", what: `feedback a second, ${BATCH} a request`, more: true, limit: "the ceiling of ingest" },
      { key: "p50", what: "median wait, one a request", unit: "ms", limit: "a round trip and a sync of the disk" },
      { key: "p99", what: "99th percentile of the wait, one a request", unit: "ms", limit: "a round trip and a sync of the disk" },
      { key: "bytes", what: "bytes on disk, a rating", unit: "B", limit: "person, answer and value: some 40" },
    ],
    plot: { measure: "single", title: "Feedback a second, one a request" },
  },
];
export const options = { seconds: 6, only: "" };

export async function run({ seconds, only }) {
  const products = [await measure(tacit, { seconds })];
  for (const { peer, pins, package: named } of PEERS) {
    if (only && !only.split(",").includes(peer.name)) continue;
    const python = await environment(join(target, "bench", peer.name), [pins]);
    const [, version] = readFileSync(pins, "utf8").match(new RegExp(`^${named}==(.*)$`, "m"));
    products.push(await measure(peer, { seconds, python, version }));
  }
  return [products];
}

async function measure(peer, { seconds, python, version }) {
  say(`${peer.name}: starting …`);
  const folder = mkdtempSync(join(tmpdir(), `tacit-feedback-${peer.name}-`));
  try {
    const server = await peer.open({ folder, python, version });
    try {
      return await measureServer(peer, server, seconds);
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureServer(peer, server, seconds) {
  const answers = Array.from({ length: ANSWERS }, () => randomBytes(16).toString("hex"));
  await server.register(answers);
  const before = settledBytes(server);
  let told = 0;
  const feedback = () => {
    told += 1;
    return { answer: answers[told % ANSWERS], person: `u-${told}`, value: told % 3 ? 1 : -1, at: Date.now() };
  };
  const stretch = async (batch) => {
    say(`${peer.name}: ${batch} a request …`);
    const next = () => server.request(Array.from({ length: batch }, feedback));
    const { requests, seconds: took, p50, p99 } = await load({ next, connections: CONNECTIONS, seconds });
    return { rate: (requests * batch) / took, p50, p99 };
  };
  const single = await stretch(1);
  const batched = peer.most >= BATCH ? await stretch(BATCH) : undefined;
  const held = server.stored ? await server.stored() : counted(server);
  if (held !== told) throw new Error(`${peer.name} holds ${held} of ${told}`);
  return {
    name: peer.name,
    note: server.note,
    values: { single: Math.round(single.rate), batched: batched && Math.round(batched.rate), p50: single.p50, p99: single.p99, bytes: (settledBytes(server) - before) / told },
  };
}

/** With what a journal holds in the database. */
function settledBytes(server) {
  sql(server.database, "PRAGMA wal_checkpoint(TRUNCATE)");
  return server.bytes();
}

const counted = ({ database, count }) => Number(sql(database, count));

function sql(database, statement) {
  const program = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1], timeout=60).execute(sys.argv[2]).fetchone()[0])";
  return execFileSync("python3", ["-c", program, database, statement], { encoding: "utf8" });
}
