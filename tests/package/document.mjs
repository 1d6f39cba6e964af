// The code of demo-site/docs/integrate.md, which is what the apps are made of.

import { blocksOf } from "../../capture-wasm/build/document.mjs";

const KEY = "pk_…";
const ENDPOINT = "https://collector.example/c";

const blocks = blocksOf("demo-site/docs/integrate.md");

/** The files in the section under `heading`, by their names, for this collector. */
export function filesOf(heading, house) {
  const files = blocks.filter((block) => block.section === heading && block.name);
  if (files.length === 0) throw new Error(`integrate.md has no file under ${heading}`);
  return Object.fromEntries(files.map(({ name, code }) => [name, filled(code, house)]));
}

function filled(code, house) {
  return code
    .replaceAll(KEY, house.publishable)
    .replaceAll(ENDPOINT, `${house.url}/c`)
    .replaceAll("https://collector.example/", `${house.url}/`);
}
