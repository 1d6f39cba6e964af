// `npm run fuzz`: hostile bytes for every decoder, for a bounded time.
//
//   npm run fuzz                     a minute for each target
//   npm run fuzz -- --seconds 300    longer
//   npm run fuzz -- json             one target
//   npm run fuzz -- --keep           what was found goes, minimised, into corpus/
//
// A file of corpus/ has an input a line, in hex; `npm test` replays them all.
// libFuzzer, told of its way by the compiler's own coverage; the stable toolchain
// does. An input that fails is written to target/fuzz/failures, and the run fails.

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compilers } from "../../capture-wasm/build/prepare.mjs";
import { canInstallDebianPackages, installDebianPackages, Problem, run, say, stopRunning, target, works } from "../../capture-wasm/build/tools.mjs";

const TARGETS = ["binary", "json", "chunk"];
const HERE = import.meta.dirname;
const PLACE = join(target, "fuzz");
/** Bytes of the longest input: what is special about longer ones is their length. */
const INPUT_BYTES_MAX = 4096;

const COVERAGE = [
  "-Cpasses=sancov-module",
  ...["level=4", "inline-8bit-counters", "pc-table", "trace-compares"].map((option) => `-Cllvm-args=-sanitizer-coverage-${option}`),
  // One unit, or the linker drops what the coverage refers to.
  "-Clink-dead-code",
  "-Ccodegen-units=1",
  // Overflow and what `debug_assert` says are findings, too.
  "-Coverflow-checks",
  "-Cdebug-assertions",
];

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    stopRunning();
    process.exit(130);
  });
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: "string", default: "60" }, keep: { type: "boolean", default: false } },
});
try {
  const unknown = positionals.filter((name) => !TARGETS.includes(name));
  if (unknown.length > 0) throw new Problem(`no such target: ${unknown.join(", ")}. There are: ${TARGETS.join(", ")}`);
  if (!(Number(values.seconds) > 0)) throw new Problem("--seconds takes a number above 0");
  const folder = await build();
  let failures = 0;
  const rows = [];
  for (const name of positionals.length > 0 ? positionals : TARGETS) {
    const result = await fuzz(folder, name);
    rows.push(result);
    failures += result.failed ? 1 : 0;
    if (values.keep && !result.failed) await keep(folder, name);
  }
  summary(rows);
  process.exitCode = failures > 0 ? 1 : 0;
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

async function build() {
  await compilers();
  if (!works("c++")) {
    if (!canInstallDebianPackages()) throw new Problem("a C++ compiler (c++) is missing, which libFuzzer is built with. On Debian: apt-get install g++");
    await installDebianPackages("g++");
  }
  say("building the targets");
  const host = /^host: (.*)$/m.exec(await run("rustc", ["-vV"]))[1];
  // Named, so that the flags are not for build scripts.
  await run("cargo", ["build", "--release", "--locked", "--target", host], {
    cwd: HERE,
    env: { RUSTFLAGS: COVERAGE.join(" "), CARGO_TARGET_DIR: PLACE },
  });
  return join(PLACE, host, "release");
}

/** Runs one target; what it found stays in target/ and is where the next run goes on. */
async function fuzz(folder, name) {
  const found = made(join(PLACE, "corpus", name));
  const failures = made(join(PLACE, "failures"));
  const seeds = unpacked(name);
  say(`${name}: ${values.seconds} s, from ${readdirSync(seeds).length} inputs and ${readdirSync(found).length} found before`);
  const options = [
    `-max_total_time=${values.seconds}`,
    `-max_len=${INPUT_BYTES_MAX}`,
    `-artifact_prefix=${failures}/${name}-`,
    "-timeout=10",
    "-rss_limit_mb=1024",
    "-print_final_stats=1",
    "-verbosity=1",
  ];
  try {
    return { name, failed: false, ...figures(await run(join(folder, name), [found, seeds, ...options])) };
  } catch (error) {
    console.error(error.message.split("\n").slice(-40).join("\n"));
    return { name, failed: true, ...figures(error.output ?? "") };
  }
}

/** The fewest inputs that go every way which any input goes. */
async function keep(folder, name) {
  const merged = emptied(join(PLACE, "merged", name));
  const options = ["-set_cover_merge=1", "-use_counters=0", `-max_len=${INPUT_BYTES_MAX}`];
  await run(join(folder, name), [...options, merged, unpacked(name), join(PLACE, "corpus", name)]);
  const inputs = readdirSync(merged).map((file) => readFileSync(join(merged, file)));
  const lines = inputs.filter(({ length }) => length > 0).map((input) => input.toString("hex"));
  const shortest = lines.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  writeFileSync(packed(name), `${shortest.join("\n")}\n`);
  say(`${name}: ${lines.length} inputs kept`);
}

/** The inputs of corpus/ as libFuzzer takes them: files of a folder. */
function unpacked(name) {
  const folder = emptied(join(PLACE, "seeds", name));
  for (const line of readFileSync(packed(name), "utf8").split("\n").filter(Boolean)) {
    const input = Buffer.from(line, "hex");
    writeFileSync(join(folder, createHash("sha1").update(input).digest("hex")), input);
  }
  return folder;
}

function packed(name) {
  return join(HERE, "corpus", `${name}.txt`);
}

function emptied(folder) {
  rmSync(folder, { recursive: true, force: true });
  return made(folder);
}

function figures(output) {
  const last = (pattern) => Number([...output.matchAll(pattern)].at(-1)?.[1] ?? 0);
  return {
    executions: last(/number_of_executed_units: (\d+)/g) || last(/^#(\d+)\s/gm),
    edges: last(/ cov: (\d+)/g),
    features: last(/ ft: (\d+)/g),
    inputs: last(/ corp: (\d+)/g),
    seconds: last(/ in (\d+) second/g),
  };
}

function summary(rows) {
  console.log("\ntarget   seconds  executions   per s  edges  features  inputs  findings");
  for (const row of rows) {
    const per = row.seconds > 0 ? Math.round(row.executions / row.seconds) : 0;
    const columns = [
      row.name.padEnd(7),
      String(row.seconds).padStart(9),
      String(row.executions).padStart(12),
      String(per).padStart(8),
      String(row.edges).padStart(7),
      String(row.features).padStart(10),
      String(row.inputs).padStart(8),
      String(row.failed ? 1 : 0).padStart(10),
    ];
    console.log(columns.join(""));
  }
}

function made(folder) {
  mkdirSync(folder, { recursive: true });
  return folder;
}
