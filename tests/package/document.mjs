// The code of demo-site/docs/integrate.md, which is what the apps are made of.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../capture-wasm/build/tools.mjs";

const text = readFileSync(join(root, "demo-site/docs/integrate.md"), "utf8");
const KEY = "pk_…";
const ENDPOINT = "https://collector.example/c";

/** The files in the section under `heading`, by their names, for this collector. */
export function filesOf(heading, house) {
  const section = text.split(/^##+ /m).find((section) => section.startsWith(`${heading}\n`));
  if (!section) throw new Error(`integrate.md has no section ${heading}`);
  const files = [...section.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)].map(([, name, code]) => [name, filled(code, house)]);
  if (files.length === 0) throw new Error(`integrate.md has no file under ${heading}`);
  return Object.fromEntries(files);
}

/** The only block without a file name in a section. */
export function blockOf(heading, language, house) {
  const section = text.split(/^##+ /m).find((section) => section.startsWith(`${heading}\n`)) ?? "";
  const blocks = [...section.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))];
  if (blocks.length !== 1) throw new Error(`integrate.md has ${blocks.length} blocks of ${language} under ${heading}, not 1`);
  return house ? filled(blocks[0][1], house) : blocks[0][1];
}

function filled(code, house) {
  return code
    .replaceAll(KEY, house.publishable)
    .replaceAll(ENDPOINT, `${house.url}/c`)
    .replaceAll("https://collector.example/", `${house.url}/`);
}
