// Code that stands in a document is run as it stands there.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./tools.mjs";

const FENCE = /^( *)```([^\s`]*)[ ]*([^\n`]*)\n(.*?)^\1```$/gms;

/**
 * Every fenced block of a Markdown file, given from the root of the repository, in its order:
 * `{ file, line, section, language, name, run, code }`. `name` stands behind the language (```js
 * src/main.js```), `section` is the heading it stands under, `run` the word of a comment
 * `<!-- run: word -->` right above it.
 */
export function blocksOf(file, text = readFileSync(join(root, file), "utf8")) {
  return [...text.matchAll(FENCE)].map((match) => {
    const [, indent, language, name, code] = match;
    const before = text.slice(0, match.index);
    return {
      file,
      line: before.split("\n").length,
      section: [...before.matchAll(/^#+ (.*)$/gm)].at(-1)?.[1] ?? "",
      language,
      name: name.trim(),
      run: before.match(/<!-- run: (.*?) -->\n$/)?.[1] ?? "",
      code: indent ? code.replaceAll(new RegExp(`^${indent}`, "gm"), "") : code,
    };
  });
}

/** The only block of `language` in a Markdown file, given from the root of the repository. */
export function codeOf(file, language) {
  const found = blocksOf(file).filter((block) => block.language === language);
  if (found.length !== 1) throw new Error(`${file} has ${found.length} blocks of ${language}, not 1`);
  return found[0].code;
}
