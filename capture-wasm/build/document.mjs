// Code that stands in a document is run as it stands there.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./tools.mjs";

/** The only block of `language` in a Markdown file, given from the root of the repository. */
export function codeOf(file, language) {
  const blocks = [...readFileSync(join(root, file), "utf8").matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  const found = blocks.filter(([, of]) => of === language);
  if (found.length !== 1) throw new Error(`${file} has ${found.length} blocks of ${language}, not 1`);
  return found[0][2];
}
