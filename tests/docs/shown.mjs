// What a program prints cannot be parsed. That it still says it in these words can be seen in the
// sources: whatever stands in a line between what changes from run to run is in a literal there.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../capture-wasm/build/tools.mjs";

/** Languages of blocks that are printed. */
export const SHOWN = ["text", "console"];
/** Of blocks nobody but a reader can check. */
export const READ = ["formula"];

/**
 * Numbers, names with digits or underscores, what is quoted or left out, the gaps of tables, and the
 * names that the examples are about.
 */
const CHANGES = /\b(?:shop\.toml|warm|score|share|via)\b|\S*[\d_]\S*|[`'"][^`'"]*[`'"]|…|[→·±−⁺⁻≥≤|^]|[(){}[\]]|[:;,.](?=\s|$)| {2,}|\t/;
const SOURCES = ["collector/src", "collector/policies", "collector/benches"];
let sources = null;

/** Passages, of lines that are no commands, that no source has, in one piece or in two. */
export function wrongShown({ code, language }) {
  const lines = code.split("\n").filter((line) => language !== "console" || !line.startsWith("$ "));
  const passages = lines.flatMap((line) => line.split(CHANGES)).map((passage) => passage.trim());
  sources ??= SOURCES.map(textOf).join("\n");
  return passages.filter((passage) => !isPrinted(passage)).map((passage) => `nothing prints “${passage}”`);
}

/** Two literals often meet in a line, or a literal and a name. */
function isPrinted(passage) {
  const gaps = [...passage.matchAll(/ /g)].map(({ index }) => index);
  return sources.includes(passage) || gaps.some((gap) => sources.includes(passage.slice(0, gap)) && sources.includes(passage.slice(gap + 1)));
}

/** Every file below, literals in one piece. */
function textOf(folder) {
  const files = readdirSync(join(root, folder), { recursive: true }).filter((name) => /\.(rs|toml)$/.test(name) && !/tests?\b/.test(name));
  const texts = files.map((name) => readFileSync(join(root, folder, name), "utf8"));
  return texts.join("\n").replaceAll(/\\\n\s*/g, "");
}
