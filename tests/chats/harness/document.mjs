// The page of the documentation that shows the scores.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../capture-wasm/build/tools.mjs";
import { cells } from "./table.mjs";

const FILE = join(root, "demo-site/docs/chats.md");
/** Its tables: of the chats the rules were made with, and of those that nothing was tuned on. */
export const TABLES = ["scores", "unseen"];
const part = (name) => new RegExp(`(<!-- ${name}[^>]*-->\\n)([\\s\\S]*?)(<!-- /${name} -->)`);

/** The lines of a table as it stands there. */
export function shownTable(name) {
  return readFileSync(FILE, "utf8").match(part(name))[2].trim().split("\n");
}

/** Puts a newer table there; chats that are not in it keep their lines. */
export function showTable(name, text) {
  const lines = text.split("\n");
  const titles = lines.map(titleOf);
  const others = shownTable(name).filter((line) => line.startsWith("|") && !titles.includes(titleOf(line)));
  const [head, rule, ...rows] = lines;
  const all = [head, rule, ...[...rows, ...others].sort((a, b) => a.localeCompare(b))].join("\n");
  writeFileSync(FILE, readFileSync(FILE, "utf8").replace(part(name), (_, before, __, after) => `${before}\n${all}\n\n${after}`));
}

const titleOf = (line) => cells(line)[0];
