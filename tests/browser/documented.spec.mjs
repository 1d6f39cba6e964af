// HTML, scripts and policies of the documents, in a page as a reader would have them: capture starts
// with the options that stand there, and what the text promises reaches a collector.

import { test } from "@playwright/test";
import { readOptions } from "../../capture-wasm/js/attributes.js";
import { allBlocks } from "../docs/pages.mjs";
import { CSP } from "./documented/csp.mjs";
import { HTML } from "./documented/html.mjs";
import { JS } from "./documented/js.mjs";
import { Stand } from "./documented/stand.mjs";
import { Visit } from "./documented/visit.mjs";
import { expect } from "./house.mjs";

const TABLE = { html: HTML, js: JS, csp: CSP };
/** Blocks that tests/docs/pages.mjs leaves to these. */
const blocks = allBlocks().filter(({ fate }) => fate.startsWith("tests/browser/documented/"));
const entries = Object.entries(TABLE).flatMap(([language, entries]) => entries.map((entry, n) => ({ ...entry, ...blockOf(language, entry), name: `${language}-${n}` })));
const tag = entries.find(({ page, options }) => page === "README.md" && options).code;

function blockOf(language, { page, starts }) {
  const found = blocks.filter((block) => block.language === language && `/${block.file}`.endsWith(`/${page}`) && block.code.startsWith(starts));
  // The README at the root has no folder to be told by.
  const [block] = found.sort((a, b) => a.file.length - b.file.length);
  if (!block || (found.length > 1 && page !== "README.md")) throw new Error(`${page} has ${found.length} blocks of ${language} that start with ${starts}`);
  return block;
}

/** Pages that load and settle while an earlier one is tried. */
const AHEAD = 3;

let stand;
let context;
/** What was opened, by the entry. */
const visits = new Map();

test.beforeAll(async ({ browser }) => {
  stand = await Stand.open(entries.map(({ name }) => name));
  context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  await context.addInitScript(() => {
    window.told = [];
    window.refused = [];
    window.tacitOptions = { onError: ({ code }) => window.told.push(code) };
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => window.refused.push(effectiveDirective));
  });
});

/** The page of this entry; those of the next ones are begun. */
function visitOf(entry) {
  const at = entries.indexOf(entry);
  for (const next of entries.slice(at, at + 1 + AHEAD)) {
    if (visits.has(next)) continue;
    const visit = Visit.open(context, stand, next, tag);
    // What is wrong is told by the test of that block.
    visit.catch(() => {});
    visits.set(next, visit);
  }
  return visits.get(entry);
}

test.afterAll(async () => {
  await Promise.allSettled(visits.values());
  await context?.close();
  await stand?.close();
});

test("each block that is left to these tests is tried by one", () => {
  const left = blocks.filter((block) => entries.filter(({ file, line }) => file === block.file && line === block.line).length !== 1);
  expect(left.map(({ file, line }) => `${file}:${line}`), "add them to documented/html.mjs, js.mjs or csp.mjs").toEqual([]);
});

for (const entry of entries) {
  test(`${entry.file}:${entry.line}, ${entry.language}`, async () => {
    const visit = await visitOf(entry);
    if (entry.options) expect(await optionsOf(visit)).toEqual(entry.options);
    await entry.holds(visit);
    expect(visit.complaints).toEqual([]);
    await visit.page?.close();
  });
}

/** What the tag says, with what stands for the reader's key and collector in their places. */
async function optionsOf({ page, project }) {
  const options = readOptions(await page.evaluate(() => ({ ...document.querySelector("script[data-key]").dataset })));
  const values = Object.entries(options).map(([name, value]) => [name, name === "key" && value === project.publishable ? "KEY" : value]);
  return { ...Object.fromEntries(values), endpoint: options.endpoint?.replace(project.url, "COLLECTOR") };
}
