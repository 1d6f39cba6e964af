// The page of the documentation that shows the scores.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../capture-wasm/build/tools.mjs";

const FILE = join(root, "demo-site/docs/chats.md");
const SCORES = /(<!-- scores[^>]*-->\n)([\s\S]*?)(<!-- \/scores -->)/;

/** The lines of the table as it stands there. */
export function shownTable() {
  return readFileSync(FILE, "utf8").match(SCORES)[2].trim().split("\n");
}

/** Puts a newer table there. */
export function showTable(text) {
  writeFileSync(FILE, readFileSync(FILE, "utf8").replace(SCORES, (_, before, __, after) => `${before}\n${text}\n\n${after}`));
}
