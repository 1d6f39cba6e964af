// What keeping roll-ups costs who sends signals: how fast the store takes them with and without.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { started, tacit } from "../collector.mjs";
import { drained } from "../visits.mjs";

export const tables = [
  {
    name: "rollups",
    title: "Roll-ups",
    about: "What keeping roll-ups costs who sends signals: until the store has all of them (batches of 500 on 8 connections; the client shares the machine), with roll-ups kept and without, in turns.",
    measures: [{ key: "drained", what: "signals a second until all are in the store", more: true, limit: "without: nothing is kept beside the facts" }],
  },
];
export const options = { rounds: 3, signals: 1_000_000 };

export async function run({ rounds, signals }) {
  const directory = mkdtempSync(join(tmpdir(), "tacit-rollups-"));
  const rates = { on: [], off: [] };
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const state of round % 2 ? ["off", "on"] : ["on", "off"]) {
        const data = join(directory, "data");
        rates[state].push(await rate(process.env.TACIT_BIN, data, signals, state === "on", round));
        rmSync(data, { recursive: true, force: true });
      }
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return [
    [
      { name: "tacit", note: "roll-ups are kept", values: { drained: rates.on.map(Math.round) } },
      { name: "without", note: "`rollups = false`", values: { drained: rates.off.map(Math.round) } },
    ],
  ];
}

async function rate(bin, data, signals, keepsRollups, round) {
  const key = (kind) => tacit(bin, ["keys", "create", "--project", "bench", "--kind", kind], data).key;
  const [secret, publishable] = [key("secret"), key("publishable")];
  const server = await started(bin, data, secret, { keepsRollups });
  try {
    const { sent, seconds } = await drained([server], publishable, signals, round);
    return sent / seconds;
  } finally {
    await server.stop();
  }
}
