// Running other programs: said in a line, quiet while all is well, shown in
// full when not.

import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

/** Where cargo puts what it builds. */
export const target = resolve(root, process.env.CARGO_TARGET_DIR ?? "target");

const started = performance.now();
const terminal = process.stderr.isTTY;
const dim = (text) => (terminal ? `\x1b[2m${text}\x1b[0m` : text);

/** One line, with the seconds since the start. */
export function say(line) {
  clearStatus();
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
  console.log(`${dim(`${seconds} s`)}  ${line}`);
}

/** A mistake or a lack that a person can mend: shown without a stack. */
export class Problem extends Error {}

const running = new Set();

/** Ends what `run` has started; for a signal that did not reach it by itself. */
export function stopRunning() {
  for (const child of running) child.kill("SIGTERM");
}

/**
 * Resolves with everything the program printed; rejects with a Problem that
 * holds the same. On a terminal its last line is shown meanwhile; lines that
 * `keep` accepts are always printed.
 */
export function run(program, args, { env = {}, keep = () => false, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.add(child);
    const output = [];
    for (const stream of [child.stdout, child.stderr]) {
      eachLine(stream, (line) => {
        output.push(line);
        if (keep(line)) say(line);
        else showStatus(line);
      });
    }
    child.on("error", (error) => {
      running.delete(child);
      reject(new Problem(`cannot start ${program}: ${error.message}`));
    });
    child.on("close", (status, signal) => {
      running.delete(child);
      clearStatus();
      const text = output.join("\n");
      if (status === 0) return resolve(text);
      const problem = new Problem(`${program} ${args.join(" ")}: ${signal ?? `exit code ${status}`}\n${text}`);
      reject(Object.assign(problem, { output: text }));
    });
  });
}

/** Calls `onLine` for each line of a stream, also an unfinished last one. */
export function eachLine(stream, onLine) {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    lines.forEach(onLine);
  });
  stream.on("end", () => rest && onLine(rest));
}

/** Whether a program can be started at all. */
export function works(program, args = ["--version"]) {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}

/** Debian's package manager may be used: root, and it is there. */
export function canInstallDebianPackages() {
  return process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
}

export async function installDebianPackages(...packages) {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const install = () => run("apt-get", ["install", "--yes", "--no-install-recommends", ...packages], { env });
  say(`installing Debian's ${packages.join(", ")}`);
  try {
    await install();
  } catch {
    // Package lists missing or out of date, as on every fresh container.
    await run("apt-get", ["update"], { env });
    await install();
  }
}

function showStatus(line) {
  if (terminal) process.stderr.write(`\r\x1b[2K${dim(line.slice(0, process.stderr.columns - 1))}`);
}

function clearStatus() {
  if (terminal) process.stderr.write("\r\x1b[2K");
}
