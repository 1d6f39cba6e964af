// `npm run bench`: every suite, side by side in one run on this machine, into RESULTS.md.
// `npm run bench -- page --rounds 1 --only tacit,rrweb` runs one and writes nothing, unless
// it is told to `--write DIRECTORY`;
// `npm run bench -- fold --signals 1e6,1e7,5e7` and `npm run bench -- dashboard --signals 1e7`
// take their time, and some GB.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "../../capture-wasm/build/chromium.mjs";
import { collector, compilers, npmPackages, wasmPackage } from "../../capture-wasm/build/prepare.mjs";
import { root, say } from "../../capture-wasm/build/tools.mjs";
import { drawn } from "./plots.mjs";
import { markdown, plain } from "./report.mjs";

const SUITES = ["bundle", "page", "edits", "ingest", "feedback", "fold", "instructions", "dashboard", "rollups"];
/** Suites for which pages are built and a browser is there. */
const OF_PAGES = ["bundle", "page", "edits"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string" },
    signals: { type: "string" },
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
    console.log(plain(table, found[i]));
    const plotFile = table.plot && `plots/${table.name}.svg`;
    parts.push(markdown(table, found[i], plotFile));
    if (folder && table.plot) {
      mkdirSync(join(folder, "plots"), { recursive: true });
      writeFileSync(join(folder, plotFile), drawn(table, found[i]));
    }
  }
}
if (folder) {
  writeFileSync(join(folder, "RESULTS.md"), `${heading()}\n${parts.join("\n")}`);
  say(`written to ${join(folder, "RESULTS.md")}`);
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

function heading() {
  const { version } = JSON.parse(readFileSync(join(root, "capture-wasm/package.json"), "utf8"));
  const gib = Math.round(totalmem() / 2 ** 30);
  const browser = process.env.TACIT_CHROMIUM && told(process.env.TACIT_CHROMIUM, "--version");
  const programs = [browser, `Node ${process.version}`, told("python3", "--version"), told("rustc", "--version")];
  const listed = ({ name, options, seconds }) => {
    const said = Object.entries(options).filter(([, value]) => value !== "");
    const set = said.map(([key, value]) => `${key} ${[value].flat().map((one) => one.toLocaleString("en")).join(", ")}`).join("; ");
    return `| ${name} | ${set || "–"} | ${Math.round(seconds)} s |`;
  };
  return `# Benchmarks

Made by \`npm run bench\`${isWhole ? "" : ` of ${wanted.join(", ")}`}, which writes this file anew; [what is measured and how](../../demo-site/docs/benchmarks.md). All of a table comes from one run on one machine, in turns: compare what stands in one row, not runs. A value with rounds is their median, with the least and the most in brackets; a ratio is that of each round.

- ${new Date().toISOString().slice(0, 10)}, Tacit ${version} (${told("git", "rev-parse", "--short", "HEAD")})
- ${cpus()[0].model.trim()}, ${availableParallelism()} cores, ${gib} GiB; what else ran when it began: a load of ${busy.toFixed(1)}${busy > 1 ? ", so that times are not to be trusted" : ""}
- ${programs.filter(Boolean).join(", ")}; the peers' versions stand with them

| suite | options | took |
| --- | --- | ---: |
${took.map(listed).join("\n")}
`;
}

/** The first line a program says. */
function told(program, ...args) {
  return execFileSync(program, args, { encoding: "utf8", cwd: root }).trim().split("\n")[0];
}
