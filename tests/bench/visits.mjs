// Visits that are sent to collectors as fast as they take them, until the store has everything.

import { setTimeout as sleep } from "node:timers/promises";

const CONNECTIONS = 8;
const EVENTS = 500;
/** Each is about an answer of its own ten times. */
export const ANSWERS_PER_EVENT = 0.1;
/** Between two looks whether the store has everything, and for how long that is looked. */
const LOOK_MS = 20;
const PATIENCE_MS = 900_000;

/**
 * Sends `signals` events to `collectors` in turn, with the publishable `key`. Answers with how
 * many are in the store once all are, and the seconds from the first to then.
 */
export async function drained(collectors, key, signals, round) {
  const bodies = batches(key, signals, round);
  const sent = bodies.length * EVENTS;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async (_, i) => {
      const { url } = collectors[i % collectors.length];
      for (let body = bodies.pop(); body; body = bodies.pop()) {
        let answer;
        do answer = await fetch(`${url}/c`, { method: "POST", body });
        while (answer.status === 503 && (await sleep(50)) === undefined);
        if (answer.status !== 204) throw new Error(`${answer.status} ${await answer.text()}`);
      }
    }),
  );
  while ((await stored(collectors[0])) < sent) {
    if (performance.now() - began > PATIENCE_MS) throw new Error(`the store has ${await stored(collectors[0])} of ${sent} events`);
    await sleep(LOOK_MS);
  }
  return { sent, seconds: (performance.now() - began) / 1_000 };
}

/** Events that are in the store, whichever collector brought them. */
async function stored(collector) {
  const [, count] = /^tacit_ledger_events\{[^}]*state="stored"[^}]*\} (\S+)$/m.exec(await collector.ask("/metrics")) ?? [];
  return Number(count ?? 0);
}

/** Visits of people who come and go: 50 answers of 10 conversations a batch, ten signals each. */
function batches(key, signals, round) {
  const bodies = [];
  const at = Date.now() - 60_000;
  for (let batch = 0; batch * EVENTS < signals; batch += 1) {
    const events = [];
    for (let answer = 0; answer < EVENTS * ANSWERS_PER_EVENT; answer += 1) {
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
