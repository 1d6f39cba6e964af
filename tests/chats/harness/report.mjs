// Prints the table when all chats have been visited, and keeps it.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { target } from "../../../capture-wasm/build/tools.mjs";
import { showTable, TABLES } from "./document.mjs";
import { complaints, table } from "./table.mjs";

export default class Report {
  chats = [];

  onTestEnd(_, { attachments }) {
    for (const { name, body } of attachments) if (name === "score") this.chats.push(JSON.parse(body));
  }

  onEnd() {
    if (this.chats.length === 0) return;
    const chats = this.chats.sort((a, b) => a.title.localeCompare(b.title));
    const said = chats.flatMap(complaints);
    for (const name of TABLES) {
      const these = chats.filter(({ unseen }) => Boolean(unseen) === (name === "unseen"));
      if (these.length === 0) continue;
      console.log(`\n${table(these)}\n`);
      if (process.env.TACIT_CHATS_WRITE) showTable(name, table(these));
    }
    for (const line of said) console.log(line);
    mkdirSync(join(target, "chats"), { recursive: true });
    writeFileSync(join(target, "chats/scores.json"), JSON.stringify(chats, null, 1));
  }
}
