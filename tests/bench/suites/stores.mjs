// The two stores: how fast each takes signals in and gives labels out, with one collector or
// two and one shard or two; and how both grow.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isInstalled } from "../../clickhouse/servers.mjs";
import { compared } from "../stores/compared.mjs";
import { growthTable, grown } from "../stores/grown.mjs";

const LIMIT = "sqlite: no second process, no network";

export const tables = [
  {
    name: "stores",
    title: "Stores",
    about:
      "The same visits (batches of 500 events over 8 connections, the collectors in turn) into a new store each time, and then a file of all labels out of it by `tacit export --format labels`, the collectors stopped. A round begins with another store each. After each the ledger has to say that every acknowledged event is stored, once, and every answer has to be in the file. **Client, collectors and all servers share the cores of one machine**: two collectors and two shards have no more of them than one, so this says what each process more costs, not what a machine more brings.",
    base: "sqlite",
    measures: [
      { key: "ingest", what: "events a second, until all are in the store", more: true, limit: LIMIT },
      { key: "labels", what: "labels: signals a second", more: true, limit: LIMIT },
      { key: "memory", what: "labels: most memory of `tacit`", unit: "MB", limit: "one answer and what is written" },
      { key: "server", what: "labels: most memory of all servers", unit: "MB", limit: "what is sorted and read ahead", isCompared: false },
    ],
    plot: { measure: "ingest", title: "Events a second until all are in the store, on the cores of one machine" },
  },
  growthTable,
];

/** `only`: `compared` or `growth`, the first table or the second; `store`: see [`grown`]. */
export const options = { rounds: 3, signals: [100_000, 300_000, 1_000_000], only: "", store: "" };

export async function run({ rounds, signals, only, store }) {
  if (!isInstalled()) throw new Error("clickhouse-server is needed for this suite");
  const sizes = [signals].flat().toSorted((a, b) => a - b);
  const directory = mkdtempSync(join(tmpdir(), "tacit-stores-"));
  const isWanted = (name) => only === "" || only.split(",").includes(name);
  try {
    return [
      isWanted("compared") ? await compared(process.env.TACIT_BIN, directory, sizes[0], rounds) : undefined,
      isWanted("growth") ? await grown(process.env.TACIT_BIN, directory, store || join(directory, "grown"), sizes) : undefined,
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
