// The documentation tells of every chat, at its version, and of every act.

import assert from "node:assert/strict";
import { test } from "node:test";
import { chats } from "./chats.mjs";
import { shownTable, TABLES } from "./document.mjs";
import { cells, HEAD } from "./table.mjs";

test("the page shows every chat that is tested, at the versions that are installed", async () => {
  const all = await chats("all");
  for (const name of TABLES) {
    const [head, , ...lines] = shownTable(name).map(cells);
    assert.deepEqual(head, HEAD);
    const tested = all.filter(({ unseen }) => Boolean(unseen) === (name === "unseen"));
    const told = tested.map(({ title, versions }) => [title, versions.join(", ")]);
    assert.deepEqual(lines.map(([title, versions]) => [title, versions]).sort(), told.sort());
  }
});
