// Chats that other people wrote, as they come from their registries, with
// Tacit's one line on the page and every option at its default.

import { writeFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { chats } from "./harness/chats.mjs";
import { prepare, visit } from "./harness/round.mjs";
import { sum } from "./harness/table.mjs";

const RECALL = 0.95;
/** A person's sitting, on a machine with other things to do. */
const SITTING_MS = 150_000;
const first = Number(process.env.TACIT_CHATS_FIRST ?? 0);
const rounds = Number(process.env.TACIT_CHATS_ROUNDS ?? 1);

for (const chat of await chats()) {
  test(chat.title, async ({ browser }, info) => {
    info.setTimeout(600_000);
    const serve = await prepare(chat);
    // Counts from the beginning of the test.
    info.setTimeout(600_000 + rounds * SITTING_MS);
    const scores = [];
    for (let round = first; round < first + rounds; round++) {
      const seen = await visit({ chat, serve, browser, round, file: (name) => info.outputPath(name) });
      writeFileSync(info.outputPath(`round-${round}.json`), JSON.stringify(seen, null, 1));
      expect(seen.complaints, "the page's own errors").toEqual([]);
      expect(seen.leak, "text that was sent").toBeNull();
      scores.push(seen);
    }
    const { id, title, versions, unseen, misses = {} } = chat;
    const total = { id, title, versions, unseen, rounds, ...sum(scores) };
    await info.attach("score", { body: JSON.stringify(total), contentType: "application/json" });
    expect(total.wrong).toEqual([]);
    expect(total.rows.filter(({ act, done, found }) => found / done < RECALL && !(act in misses))).toEqual([]);
  });
}
