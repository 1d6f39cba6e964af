// A page that is a session at a terminal: each block of `sh` is run, and what it prints is held
// against the block of `text` below it.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { blocksOf } from "../../capture-wasm/build/document.mjs";

const run = promisify(execFile);

/** `[{ line, section, code, expected }]` of a page; `expected` is null where nothing is shown. */
export function stepsOf(page) {
  const blocks = blocksOf(page);
  return blocks.flatMap((block, at) => {
    if (block.language !== "sh") return [];
    const after = blocks[at + 1];
    return [{ ...block, expected: after?.language === "text" ? after.code : null }];
  });
}

/**
 * Whether `printed` is what `expected` shows: numbers may be others, `…` stands for anything in a
 * line, a line of it for any lines.
 */
export function isAsShown(printed, expected) {
  const lines = expected.trimEnd().split("\n");
  const pattern = lines.map((line) => (line === "…" ? "(?:.*\\n)*?" : `${patternOf(line)}\\n`)).join("");
  return new RegExp(`^${pattern}$`).test(`${printed.trimEnd()}\n`);
}

function patternOf(line) {
  const plain = line.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  // A build's number and the like are hexadecimal.
  return plain.replaceAll("…", ".*").replaceAll(/\b(?=[0-9a-f]{16}\b)[0-9a-f]+\b|\d+/g, (number) => (number.length === 16 ? "[0-9a-f]{16}" : "\\d+"));
}

/** A terminal in `folder`: variables that a block sets are there in the next. */
export class Terminal {
  #folder;

  constructor(folder) {
    this.#folder = folder;
  }

  /** What it prints, both streams in the order they were written. */
  async run(code) {
    const script = `set -eu; [ -e .variables ] && . ./.variables; exec 2>&1\n${code}\nexport -p > .variables\n`;
    const { stdout } = await run("bash", ["-c", script], { cwd: this.#folder }).catch((error) => {
      throw new Error(`${code}\nended with ${error.code}:\n${error.stdout}`);
    });
    return stdout;
  }
}
