// `npm test`: sets up what is missing and runs everything, as named steps.
// `npm test -- rust browser` runs only those. `npm run test:full -- rust` runs
// the same code with many rounds, and adds the steps that are too heavy for every day.

import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "../capture-wasm/build/chromium.mjs";
import { codeOf } from "../capture-wasm/build/document.mjs";
import { collector, compilers, npmPackages, wasmPackage } from "../capture-wasm/build/prepare.mjs";
import { canInstallDebianPackages, installDebianPackages, Problem, root, run, say, stopRunning, target, works } from "../capture-wasm/build/tools.mjs";
import { dependencies } from "./deps/check.mjs";
import { loaders } from "./loaders.mjs";
import { countCargo, countNode, countPlaywright, countPytest, namesOf, whatFailed } from "./outcomes/outcomes.mjs";
import { environment } from "./python.mjs";

// `count` reads the totals of a step that consists of tests; such a step fails
// if it ran none. Any other counts as one. A step that is `heavy` runs with --full
// or when it is named.
const STEPS = {
  fmt: { run: () => run("cargo", ["fmt", "--all", "--check"]) },
  clippy: { run: () => run("cargo", ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]) },
  // The core of capture must do without a browser.
  core: { run: () => run("cargo", ["check", "--package", "tacit-capture", "--no-default-features"]) },
  rust: {
    needs: [tacit, nativeTools, systemd],
    // A server of ClickHouse, where there is one, is for the step of its own.
    run: () => run("cargo", ["test", "--workspace", "--no-fail-fast"], { env: { ...env, TACIT_CLICKHOUSE: "skip" } }),
    count: countCargo,
  },
  wasm: { run: once(wasmPackage) },
  types: { needs: [wasm], run: types },
  js: {
    run: () => run(process.execPath, ["--test", "--test-reporter=spec", ...nodeTests()]),
    count: countNode,
  },
  // What the documentation shows: run, or checked by what would run it.
  docs: {
    needs: [tacit, languages, systemd],
    run: () => run(process.execPath, ["--test", "--test-reporter=spec", ...testsIn("tests/docs")], { env }),
    count: countNode,
  },
  browser: {
    needs: [tacit, wasm, browser],
    run: () => run(bin("playwright"), ["test", "--config", "tests/playwright.config.mjs", ...repeats()], { env }),
    count: countPlaywright,
  },
  // The package as npm would publish it, in an app; with every bundler and framework with --full.
  package: { needs: [tacit, wasm, browser], run: packaged, count: countPlaywright },
  // A thousand visits through a network that fails in every way.
  "browser:faults": {
    heavy: true,
    needs: [tacit, wasm, browser],
    run: () => run(bin("playwright"), ["test", "--config", "tests/playwright.config.mjs", "browser/faults.spec.mjs"], { env: { TACIT_VISITS: "1000", ...env } }),
    count: countPlaywright,
  },
  // Chats that other people wrote; all that are pages, several times, with --full.
  chats: { needs: [tacit, wasm, browser], run: () => chats("pages"), count: countPlaywright },
  // Those that are programs of their own.
  "chats:python": { heavy: true, needs: [tacit, wasm, browser], run: () => chats("programs"), count: countPlaywright },
  // Capture from a site's own address, behind real reverse proxies.
  proxy: {
    heavy: true,
    needs: [tacit, wasm, browser, proxies],
    run: () => run(bin("playwright"), ["test", "--config", "tests/proxy/playwright.config.mjs"], { env }),
    count: countPlaywright,
  },
  // The programs that people read exports with.
  loaders: {
    needs: [tacit, curlAndJq],
    run: () => loaders("venv", ["requirements.txt"], ["--ignore=trainers", "--ignore=servers"], env),
    count: countPytest,
  },
  // What one machine takes, and whether that is enough: some ten minutes of load.
  load: { heavy: true, needs: [tacit], run: load },
  // A step of each of TRL's trainers.
  "loaders:trainers": {
    heavy: true,
    needs: [tacit],
    run: () => loaders("full", ["requirements.txt", "trainers/requirements.txt"], ["trainers"], env),
    count: countPytest,
  },
  // The store on ClickHouse: its own tests and the contract of every store, on a real server;
  // and what goes wrong between the binary and one.
  clickhouse: {
    heavy: true,
    needs: [tacit, clickhouseServer],
    run: clickhouse,
    count: countCargo,
  },
  // The same on the engine of the current server, the other end of the range.
  "clickhouse:current": {
    heavy: true,
    needs: [currentClickhouse],
    // One process knows no others: what is about several servers is left out.
    run: () => run("cargo", ["test", "--package", "tacit-collector", "--lib", "clickhouse", "--", "--skip", "cluster", "--skip", "from_all_servers"], { env: { ...env, TACIT_CLICKHOUSE: "required", TACIT_CHDB: chdb } }),
    count: countCargo,
  },
  // The image, built without a daemon.
  image: {
    heavy: true,
    needs: [tacit, wasm, imageBuilder],
    run: () => run(process.execPath, ["--test", "--test-reporter=spec", "tests/image/image.test.mjs"], { env }),
    count: countNode,
  },
  // Licences, sources, versions withdrawn and known holes of what is built in.
  deps: { heavy: true, run: () => dependencies(target) },
  // Systems that labels are pushed to.
  "loaders:servers": {
    heavy: true,
    needs: [tacit, garage],
    run: () => loaders("servers", ["servers/requirements.txt"], ["servers"], env),
    count: countPytest,
  },
};

/** Of the column of names in the summary. */
const WIDTH = 18;
/** What the tests are told: the binary and the browser. */
const env = {};
/** The interpreter with ClickHouse's engine; for one step alone. */
let chdb = "";
// A machine that builds once gains nothing from builds that can go on.
if (process.env.CI) process.env.CARGO_INCREMENTAL ??= "0";
const prepared = new Map();

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    stopRunning();
    process.exit(130);
  });
}

const full = process.argv.includes("--full");
const names = process.argv.slice(2).filter((name) => name !== "--full");
const unknown = names.filter((name) => !(name in STEPS));
if (unknown.length > 0) {
  console.error(`no such step: ${unknown.join(", ")}. There are: ${Object.keys(STEPS).join(", ")}`);
  process.exit(2);
}
process.exitCode = (await main(names.length > 0 ? names : everyDay())) ? 0 : 1;

function everyDay() {
  return Object.keys(STEPS).filter((name) => full || !STEPS[name].heavy);
}

async function main(wanted) {
  try {
    await npmPackages();
    await compilers();
  } catch (error) {
    console.error(messageOf(error));
    console.log("0 passed, 1 failed");
    return false;
  }
  const results = [];
  for (const [name, step] of Object.entries(STEPS)) {
    if (wanted.includes(name)) results.push(await execute(name, step));
  }
  return summary(results);
}

async function execute(name, step) {
  const began = performance.now();
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  let flaky = 0;
  let output = "";
  try {
    for (const need of step.needs ?? []) await need();
    say(`${name} …`);
    output = await step.run();
    if (!step.count) passed = 1;
  } catch (error) {
    output = error.output ?? "";
    failed = 1;
    console.error(messageOf(error));
  }
  if (step.count && output) {
    const counted = step.count(output);
    ({ passed, skipped, flaky = 0 } = counted);
    // A crash or a compile error fails without failing any test.
    failed = Math.max(failed, counted.failed);
    if (passed + failed === 0) {
      console.error(`${name} ran no tests\n${output}`);
      failed = 1;
    }
  }
  const seconds = (performance.now() - began) / 1000;
  say(`${name}: ${failed === 0 ? "passed" : "FAILED"}`);
  const [told, names] = failed + flaky > 0 ? [whatFailed(output), namesOf(output)] : ["", []];
  return { name, passed, failed, skipped, flaky, seconds, told, names };
}

function summary(results) {
  // Once more at the end, where nobody has to look for it.
  for (const { name, told } of results.filter(({ told }) => told)) console.log(`\n── ${name} ──\n${told}`);
  console.log(`\n${"step".padEnd(WIDTH)}  seconds   passed   failed  skipped    flaky`);
  for (const { name, seconds, passed, failed, skipped, flaky } of results) {
    const columns = [seconds.toFixed(1), passed, failed, skipped, flaky].map((value) => String(value).padStart(9));
    console.log(`${name.padEnd(WIDTH)}${columns.join("")}${failed > 0 ? "   ←" : ""}`);
  }
  const passed = sum(results, "passed");
  const failed = sum(results, "failed");
  const flaky = sum(results, "flaky");
  console.log(`\n${passed} passed, ${failed} failed${flaky > 0 ? `, ${flaky} only at the second try` : ""}`);
  // The last lines are what is kept of a long run.
  for (const { name, names } of results) for (const test of names) console.log(`  ${name}: ${test}`);
  return failed === 0;
}

// What steps share is made at most once, and only if one needs it.

/** Every day what the native tests are compiled with anyway; with --full what is shipped. */
async function tacit() {
  env.TACIT_BIN = await once(tacitBinary)();
}

function tacitBinary() {
  return collector({ release: full });
}

/** A real object store; cargo builds it once. */
async function garage() {
  const place = join(target, "servers");
  say("building Garage, the object store (once, some minutes)");
  const exact = ["--version", "2.5.0", "--locked", "--no-default-features", "--features", "bundled-libs,sqlite"];
  await run("cargo", ["install", "garage", ...exact, "--debug", "--root", place, "--target-dir", join(place, "build")], {
    env: { CARGO_PROFILE_DEV_DEBUG: "0" },
  });
  env.GARAGE_BIN = join(place, "bin/garage");
}

/** What native tests are made with. */
async function nativeTools() {
  if (full) env.TACIT_ROUNDS = "40";
  // Shows in which order the collector syncs and answers, and lets calls of it fail.
  await installed("strace");
  // Sets the clock of one process.
  await installed("faketime");
  // Counts instructions.
  await installed("valgrind");
}

/** What the pipeline in the documentation asks the gate with. */
async function curlAndJq() {
  await installed("curl");
  await installed("jq");
}

/** What servers are written in that register outputs, beside Node. */
async function languages() {
  await installed("curl");
  await installed("python3");
  // Without it, and without the right to get it, a test says that it was left out.
  if (!works("php") && canInstallDebianPackages()) await installDebianPackages("php-cli");
}

/** Builds images, and what stands in for the base of one. */
async function imageBuilder() {
  await installed("buildah", ["--version"]);
  await installed("busybox", ["true"], "busybox-static");
  await installed("pgrep", ["--version"], "procps");
}

/** nginx and Caddy, and what speaks to them without headers of its own. */
async function proxies() {
  await installed("nginx", ["-v"]);
  await installed("caddy", ["version"]);
  await installed("curl");
}

/** The tests start one of their own. What Debian has does not know `--version`. */
async function clickhouseServer() {
  if (!existsSync("/usr/sbin/clickhouse-server")) await installed("clickhouse-server");
}

/** Those of the store, and of the binary. */
function clickhouse() {
  const where = ["--package", "tacit-collector", "--package", "tacit-tests", "--lib", "--test", "integration"];
  return run("cargo", ["test", ...where, "--no-fail-fast", "clickhouse"], { env: { ...env, TACIT_CLICKHOUSE: "required" } });
}

/** No registry has a current server as a package; one has its engine. */
async function currentClickhouse() {
  chdb = await environment(join(target, "clickhouse"), [join(root, "tests/clickhouse/requirements.txt")]);
}

/** Reads the units that are shipped; nothing of it runs. */
async function systemd() {
  await installed("systemd-analyze", ["--version"], "systemd");
}

async function installed(tool, args, name = tool) {
  if (works(tool, args)) return;
  if (!canInstallDebianPackages()) throw new Problem(`${tool} is missing. On Debian: apt-get install ${name}`);
  await installDebianPackages(name);
}

function repeats() {
  return full ? ["--repeat-each=5"] : [];
}

async function browser() {
  env.TACIT_CHROMIUM = await once(chromium)();
}

async function wasm() {
  await once(wasmPackage)();
}

function once(make) {
  return () => {
    if (!prepared.has(make)) prepared.set(make, make());
    return prepared.get(make);
  };
}

function sum(results, field) {
  return results.reduce((sum, result) => sum + result[field], 0);
}

/** `kind`: "pages" or "programs"; of pages only those of every day, if not `full`. */
async function chats(kind) {
  const named = process.env.TACIT_CHATS ?? (full || kind === "programs" ? kind : "");
  const rounds = process.env.TACIT_CHATS_ROUNDS ?? (full ? "3" : "1");
  const output = await run(bin("playwright"), ["test", "--config", "tests/chats/playwright.config.mjs"], {
    env: { ...env, TACIT_CHATS: named, TACIT_CHATS_ROUNDS: rounds },
  });
  for (const line of output.split("\n").filter((line) => line.startsWith("|"))) console.log(line);
  return output;
}

/** Prints the tables; options for the program after `TACIT_LOAD=`. */
function load() {
  const options = (process.env.TACIT_LOAD ?? "").split(" ").filter(Boolean);
  return run("cargo", ["run", "--release", "--package", "tacit-load", "--", ...options], { env, keep: isTold });
}

/** A line of the load program's tables, and what it says beside them. */
function isTold(line) {
  return line.startsWith("|") || /^(Burst|Drained|Overload|Slow clients): /.test(line);
}

function packaged() {
  if (full) env.TACIT_PACKAGE = "all";
  return run(bin("playwright"), ["test", "--config", "tests/package/playwright.config.mjs"], { env });
}

/** The package's typings, and the TypeScript that a document hands out. */
async function types() {
  await run(bin("tsc"), ["--project", "capture-wasm/js"]);
  const folder = join(target, "types");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "assign.ts");
  writeFileSync(file, codeOf("signals/ASSIGN.md", "ts"));
  await run(bin("tsc"), ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom", file]);
}

/** Beside what they test. */
function nodeTests() {
  return ["capture-wasm/js", "demo-site", "tests/browser", "tests/chats", "tests/deps", "tests/outcomes"].flatMap(testsIn);
}

function testsIn(folder) {
  return readdirSync(join(root, folder), { recursive: true })
    .filter((file) => file.endsWith(".test.mjs") && !file.includes("node_modules"))
    .map((file) => join(folder, file));
}

/** npm puts a workspace's tools at the root, or beside it on a conflict of versions. */
function bin(name) {
  const places = ["", "tests", "capture-wasm"].map((folder) => join(root, folder, "node_modules/.bin", name));
  return places.find((place) => existsSync(place)) ?? places[0];
}

function messageOf(error) {
  return error instanceof Problem ? error.message : error.stack;
}
