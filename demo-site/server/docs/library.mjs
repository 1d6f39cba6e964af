// Everything the documentation consists of, read once: pages in their order, what they point to in
// the repository, and what is searched.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { contentsOf } from "./contents.mjs";
import { FOLDER, fileOf, fileOfPage, pageOfFile, placeOf } from "./links.mjs";
import { render } from "./render.mjs";
import { passagesOf } from "./search.mjs";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const CONTENTS = "README.md";

/** `{ sections, start, pages: Map(name → page), sources: Map(path → text), passages }`. */
export function readLibrary() {
  const sections = contentsOf(read(`${FOLDER}/${CONTENTS}`));
  const start = readPage("", `${FOLDER}/${CONTENTS}`);
  const order = sections.flatMap(({ pages }) => pages);
  const pages = new Map(order.map(({ name, about }) => [name, { ...readPage(name, fileOfPage(name)), about }]));
  order.forEach(({ name }, i) => Object.assign(pages.get(name), { before: order[i - 1], after: order[i + 1] }));
  const markdown = [start, ...pages.values()];
  return { sections, start, pages, sources: sourcesOf(markdown), passages: [...pages.values()].flatMap(passagesOf) };
}

/** Files beside the pages, as `simulation/index.html`: names below the folder. */
export function filesOfFolder() {
  const names = readdirSync(join(ROOT, FOLDER), { recursive: true });
  return names.filter((name) => !name.endsWith(".md") && statSync(join(ROOT, FOLDER, name)).isFile());
}

/** A file beside the pages, as bytes. */
export function fileOfFolder(name) {
  return readFileSync(join(ROOT, FOLDER, name));
}

function readPage(name, from) {
  const markdown = read(from);
  return { name, from, markdown, href: placeOf(from, "x"), ...render(markdown, from) };
}

/** Only what a page links to is shown; of a folder, the files in it. */
function sourcesOf(pages) {
  const sources = new Map();
  for (const { markdown, from } of pages) {
    for (const [, href] of markdown.matchAll(/\]\(([^)\s]+)\)/g)) {
      const file = fileOf(href, from);
      if (file === null || file.startsWith(FOLDER) || pageOfFile(file) !== null) continue;
      if (statSync(join(ROOT, file)).isFile()) addFile(sources, file);
      else addFolder(sources, file);
    }
  }
  return sources;
}

/** A page of the repository comes with its pictures. */
function addFile(sources, file) {
  const text = read(file);
  sources.set(file, text);
  if (!file.endsWith(".md")) return;
  for (const [, picture] of text.matchAll(/!\[[^\]]*\]\(([^)\s]+\.svg)\)/g)) {
    const path = join(dirname(file), picture);
    sources.set(path, read(path));
  }
}

function addFolder(sources, folder) {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true }).filter((entry) => entry.isFile());
  const names = entries.map(({ name }) => name).sort();
  sources.set(folder, names.map((name) => `- [${name}](${name})`).join("\n"));
  for (const name of names) sources.set(`${folder}/${name}`, read(`${folder}/${name}`));
}

function read(file) {
  return readFileSync(join(ROOT, file), "utf8");
}
