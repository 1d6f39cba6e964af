// `npm run bench`: every suite, side by side in one run on this machine, into RESULTS.md.
// `npm run bench -- page --rounds 1 --only tacit,rrweb` runs one and writes nothing, unless
// it is told to `--write DIRECTORY`;
// `npm run bench -- fold --signals 1e6,1e7,5e7` and `npm run bench -- dashboard --signals 1e7`
// take their time, and some GB; with `--store DIRECTORY` what the latter fills is used again.
// So it is with `npm run bench -- stores --only growth --signals 1e6,1e7,5e7`.

import { mkdirSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "../../capture-wasm/build/chromium.mjs";
import { collector, compilers, npmPackages, wasmPackage } from "../../capture-wasm/build/prepare.mjs";
import { root, say } from "../../capture-wasm/build/tools.mjs";
import { heading } from "./heading.mjs";
import { drawn } from "./plots.mjs";
import { markdown, plain } from "./report.mjs";

const SUITES = ["bundle", "page", "edits", "ingest", "feedback", "fold", "instructions", "dashboard", "rollups", "stores"];
/** Suites for which pages are built and a browser is there. */
const OF_PAGES = ["bundle", "page", "edits"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string" },
    signals: { type: "string" },
    store: { type: "string" },
    modes: { type: "string" },
    only: { type: "string" },
    lanes: { type: "string" },
    seconds: { type: "string" },
    write: { type: "string" },
  },
});
const unknown = positionals.filter((name) => !SUITES.includes(name));
if (unknown.length > 0) {
  console.error(`no such suite: ${unknown.join(", ")}. There are: ${SUITES.join(", ")}`);
  process.exit(2);
}
const isWhole = positionals.length === 0;
const wanted = isWhole ? SUITES : positionals;
const folder = values.write ? resolve(values.write) : isWhole ? join(root, "tests/bench") : undefined;

const busy = loadavg()[0];
await npmPackages();
await compilers();
if (wanted.some((name) => OF_PAGES.includes(name))) {
  await wasmPackage();
  process.env.TACIT_CHROMIUM ??= await chromium();
}
process.env.TACIT_BIN ??= await collector({ release: true });

const parts = [];
const took = [];
for (const name of wanted) {
  const suite = await import(`./suites/${name}.mjs`);
  const options = { ...suite.options, ...given(suite.options) };
  say(`${name} …`);
  const began = performance.now();
  const found = await suite.run(options);
  took.push({ name, options, seconds: (performance.now() - began) / 1_000 });
  for (const [i, table] of suite.tables.entries()) {
    // Not all of a suite was wanted.
    if (!found[i]) continue;
    console.log(plain(table, found[i]));
    if (table.mustHold && isOver(table, found[i])) process.exitCode = 1;
    const plotFile = table.plot && `plots/${table.name}.svg`;
    parts.push(markdown(table, found[i], plotFile));
    if (folder && table.plot) {
      mkdirSync(join(folder, "plots"), { recursive: true });
      writeFileSync(join(folder, plotFile), drawn(table, found[i]));
    }
  }
}
if (folder) {
  writeFileSync(join(folder, "RESULTS.md"), `${heading({ isWhole, busy, took })}\n${parts.join("\n")}`);
  say(`written to ${join(folder, "RESULTS.md")}`);
}

/** Whether Tacit is beyond a bar of its own. */
function isOver({ measures }, products) {
  const { values } = products.find(({ name }) => name === "tacit");
  return measures.some(({ key, budget }) => values[key] > budget);
}

/** What was said of the options that a suite has: a number, several, or a word. */
function given(known) {
  const said = Object.entries(values).filter(([name, value]) => value !== undefined && name in known);
  return Object.fromEntries(
    said.map(([name, value]) => {
      if (Array.isArray(known[name])) return [name, value.split(",").map(Number)];
      return [name, typeof known[name] === "number" ? Number(value) : value];
    }),
  );
}
