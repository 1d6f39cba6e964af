// `npm run bench`: one table a suite, side by side in one run on this machine, into RESULTS.md.
// `npm run bench -- page --rounds 1 --only tacit,rrweb` runs one and writes nothing;
// `npm run bench -- dashboard --signals 10000000` takes some minutes and some GB.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "../../capture-wasm/build/chromium.mjs";
import { collector, compilers, npmPackages, wasmPackage } from "../../capture-wasm/build/prepare.mjs";
import { root, say } from "../../capture-wasm/build/tools.mjs";
import { bars, markdown, plain } from "./report.mjs";

const SUITES = ["bundle", "page", "edits", "ingest", "dashboard", "rollups"];
/** Suites of the collector alone: no page is built for them. */
const ALONE = ["ingest", "dashboard", "rollups"];
const FOLDER = join(root, "tests/bench");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string" }, modes: { type: "string" }, only: { type: "string" }, signals: { type: "string" }, write: { type: "boolean" } },
});
const unknown = positionals.filter((name) => !SUITES.includes(name));
if (unknown.length > 0) {
  console.error(`no such suite: ${unknown.join(", ")}. There are: ${SUITES.join(", ")}`);
  process.exit(2);
}
const isWhole = positionals.length === 0;

const needsPages = isWhole || positionals.some((name) => !ALONE.includes(name));
await npmPackages();
await compilers();
if (needsPages) await wasmPackage();
process.env.TACIT_BIN ??= await collector({ release: true });
if (needsPages) process.env.TACIT_CHROMIUM ??= await chromium();

const parts = [];
for (const name of isWhole ? SUITES : positionals) {
  const suite = await import(`./suites/${name}.mjs`);
  say(`${name} …`);
  const rows = await suite.run({ ...suite.options, ...given() });
  console.log(plain(suite, rows));
  const plotFile = `plots/${name}.svg`;
  parts.push(markdown(suite, rows, plotFile));
  if (isWhole || values.write) {
    mkdirSync(join(FOLDER, "plots"), { recursive: true });
    if (suite.plot) writeFileSync(join(FOLDER, plotFile), bars(suite, rows));
  }
}
if (isWhole) {
  writeFileSync(join(FOLDER, "RESULTS.md"), `${heading()}\n${parts.join("\n")}`);
  say("written to tests/bench/RESULTS.md");
}

function given() {
  const { rounds, modes, only, signals } = values;
  const numbers = { rounds: rounds && Number(rounds), signals: signals && Number(signals) };
  return Object.fromEntries(Object.entries({ ...numbers, modes, only }).filter(([, value]) => value !== undefined));
}

function heading() {
  const { version } = JSON.parse(readFileSync(join(root, "capture-wasm/package.json"), "utf8"));
  const browser = execFileSync(process.env.TACIT_CHROMIUM, ["--version"], { encoding: "utf8" }).trim();
  const gib = Math.round(totalmem() / 2 ** 30);
  return `# Benchmarks

Made by \`npm run bench\`: each table in one run on one machine, its rows in turn. Compare rows, not runs: absolute times are of this machine.

- ${new Date().toISOString().slice(0, 10)}, Tacit ${version}
- ${cpus()[0].model.trim()}, ${availableParallelism()} cores, ${gib} GiB
- ${browser}, Node ${process.version}
`;
}
