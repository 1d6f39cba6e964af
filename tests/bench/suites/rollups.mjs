// What keeping roll-ups costs who sends signals: how fast the store takes them with and without.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { started } from "../collector.mjs";

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
        rates[state].push(await drained(process.env.TACIT_BIN, data, signals, state === "on", round));
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

async function drained(bin, data, signals, isKept, round) {
  const keys = (...args) => JSON.parse(execFileSync(bin, ["keys", "create", "--data", data, "--project", "bench", "--json", ...args], { encoding: "utf8" }));
  const { key: secret } = keys("--kind", "secret");
  const { key } = keys("--kind", "publishable");
  const server = await started(bin, data, secret, isKept);
  try {
    const bodies = batches(key, signals, round);
    const began = performance.now();
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let body = bodies.pop(); body; body = bodies.pop()) {
          let answer;
          do answer = await fetch(`${server.url}/c`, { method: "POST", body });
          while (answer.status === 503 && (await sleep(50)) === undefined);
          if (answer.status !== 204) throw new Error(`${answer.status} ${await answer.text()}`);
        }
      }),
    );
    while (!/^tacit_ledger_events\{[^}]*state="waiting"[^}]*\} 0(\.0)?$/m.test(await server.ask("/metrics"))) await sleep(20);
    return signals / ((performance.now() - began) / 1_000);
  } finally {
    await server.stop();
  }
}

/** Visits of people who come and go: 50 answers of 10 conversations a batch, ten signals each. */
function batches(key, signals, round) {
  const bodies = [];
  const at = Date.now() - 60_000;
  for (let batch = 0; batch * 500 < signals; batch += 1) {
    const events = [];
    for (let answer = 0; answer < 50; answer += 1) {
      const output = `o-${round}-${batch}-${answer}`;
      const conversation = `c-${round}-${batch}-${answer % 10}`;
      const of = (kind, fields) => events.push({ seq: events.length, at: at + events.length, kind, output, ...fields });
      of("shown", { chars: 812, words: 130, code_share: 0.2, stream_ms: 2100, conversation, turn: Math.floor(answer / 10), variant: 0, model: `m-${answer % 3}` });
      for (let n = 1; n < 8; n += 1) of("dwell", { active_ms: n * 1000, read_share: n / 8 });
      of("selected", { chars: 40, share: 0.05 });
      of("copied", { chars: 400, share: 0.493, via: "button" });
    }
    const session = `${round}${batch}`.padStart(32, "0");
    bodies.push(JSON.stringify({ v: 1, key, session, subject: `u-${batch % 1000}`, sent_at: Date.now(), sample: 1, lang: "en", device: "desktop", surface: "chat", sdk: "bench", events }));
  }
  return bodies;
}
