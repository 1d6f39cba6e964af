// The documentation tells of every chat, at its version, and of every act.

import assert from "node:assert/strict";
import { test } from "node:test";
import { chats } from "./chats.mjs";
import { shownTable } from "./document.mjs";
import { cells, HEAD } from "./table.mjs";

test("the page shows every chat that is tested, at the versions that are installed", async () => {
  const [head, , ...lines] = shownTable().map(cells);
  assert.deepEqual(head, HEAD);
  const tested = (await chats("all")).map(({ title, versions }) => [title, versions.join(", ")]);
  assert.deepEqual(lines.map(([title, versions]) => [title, versions]).sort(), tested.sort());
});
