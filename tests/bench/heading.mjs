// What stands above the tables of RESULTS.md: when, where and of what.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { root } from "../../capture-wasm/build/tools.mjs";

/**
 * `isWhole`: of every suite; `busy`: the machine's load when it began; `took`: what ran,
 * `[{ name, options, seconds }]`.
 */
export function heading({ isWhole, busy, took }) {
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

Made by \`npm run bench\`${isWhole ? "" : ` of ${took.map(({ name }) => name).join(", ")}`}, which writes this file anew; [what is measured and how](../../demo-site/docs/benchmarks.md). All of a table comes from one run on one machine, in turns: compare what stands in one row, not runs. A value with rounds is their median, with the least and the most in brackets; a ratio is that of each round.

- ${new Date().toISOString().slice(0, 10)}, Tacit ${version}${commit()}
- ${cpus()[0].model.trim()}, ${availableParallelism()} cores, ${gib} GiB; what else ran when it began: a load of ${busy.toFixed(1)}${busy > 1 ? ", so that times are not to be trusted" : ""}
- ${programs.filter(Boolean).join(", ")}; the peers' versions stand with them

| suite | options | took |
| --- | --- | ---: |
${took.map(listed).join("\n")}
`;
}

/** Of a clone. */
function commit() {
  try {
    return ` (${told("git", "rev-parse", "--short", "HEAD")})`;
  } catch {
    return "";
  }
}

/** The first line a program says. */
function told(program, ...args) {
  return execFileSync(program, args, { encoding: "utf8", cwd: root }).trim().split("\n")[0];
}
