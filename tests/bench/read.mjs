// What is known of a file by reading it once.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/** Lines of a file. */
export async function linesOf(file) {
  let lines = 0;
  for await (const chunk of createReadStream(file)) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1;
  }
  return lines;
}

/** What two files have in common exactly if their lines are the same but for what matches `but`. */
export async function hashOf(file, but) {
  const hash = createHash("sha256");
  for await (const line of createInterface({ input: createReadStream(file) })) hash.update(`${line.replace(but, "")}\n`);
  return hash.digest("hex");
}
