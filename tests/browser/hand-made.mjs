// What the simulator does not make: an answer that somebody did a bit of everything with, and
// somebody who is no person.

import { expect } from "@playwright/test";
import { copied } from "./filled.mjs";

const DAY_MS = 86_400_000;

/** An answer that somebody regenerated, went back to, and edited; three days ago, and rated two days later. */
export async function worked({ url, key, publishable }, { id, asked, answer, edited }) {
  const post = async (path, body, headers = {}) => {
    const response = await fetch(`${url}${path}`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });
    if (response.status >= 300) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  };
  const output = { conversation: "hand-1", turn: 1, model: "m-hand", prompt_version: "p@7", input: [{ role: "user", content: asked }] };
  const outputs = [{ ...output, id, variant: 0, output: answer }, { ...output, id: "hand-2", variant: 1, output: "At ten." }];
  await post("/v1/outputs", outputs, { authorization: `Bearer ${key}` });
  const began = Date.now() - 3 * DAY_MS;
  const event = (seq, after, kind, more) => ({ seq, at: began + after, kind, output: id, ...more });
  const shown = { chars: answer.length, words: 12, code_share: 0, stream_ms: 1_500, conversation: "hand-1", turn: 1 };
  const events = [
    event(0, 0, "shown", { ...shown, variant: 0 }),
    event(1, 6_000, "dwell", { active_ms: 5_000, read_share: 1 }),
    event(2, 8_000, "copied", { chars: 20, share: 0.3, via: "selection" }),
    event(3, 9_000, "regenerated", { after_ms: 9_000, ordinal: 1 }),
    { ...event(4, 12_000, "shown", { ...shown, variant: 1, replaces: id }), output: "hand-2" },
    { ...event(5, 15_000, "switched", { from: "hand-2", to: id }), output: "hand-2" },
    event(6, 40_000, "edited", { chars_before: 90, chars_after: 94, inserted: 12, deleted: 3, survival: 0.86, final: true }),
    event(7, 2 * DAY_MS, "rated", { value: 1 }),
  ];
  const batch = { v: 1, key: publishable, session: "00000000000000000000000000000abc", sent_at: Date.now() };
  await post("/v1/events", { ...batch, events });
  await post("/v1/events", { ...batch, events: [{ content: { output: id, seq: 8, role: "edit", text: edited } }] });
}

/** What no person does: more than two acts a second for a minute. */
export async function hurried({ url, publishable }) {
  const now = Date.now();
  const events = Array.from({ length: 150 }, (_, seq) => ({ ...copied(seq, `hurried-${seq % 30}`), at: now - 400 * (150 - seq) }));
  const body = JSON.stringify({ v: 1, key: publishable, session: "b".repeat(32), subject: "u-hurried", sent_at: now, events });
  // The key was made a moment ago.
  await expect.poll(async () => (await fetch(`${url}/c`, { method: "POST", body })).status).toBe(204);
}
