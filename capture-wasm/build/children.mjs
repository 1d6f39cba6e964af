// Servers that run until they are told to stop.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { eachLine, Problem, root, say } from "./tools.mjs";

const READY_MS = 30_000;
const STOP_MS = 15_000;

export class Child {
  /** The child is given a process group of its own: Ctrl-C in a terminal would
   * otherwise reach it directly, beside the SIGTERM that lets it finish. */
  constructor(name, program, args, env = {}) {
    this.name = name;
    this.process = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      eachLine(stream, (line) => say(`${name}: ${line}`));
    }
    this.over = null;
    /** Resolves with how it ended. */
    this.ended = new Promise((resolve) => {
      this.process.on("error", (error) => resolve(`cannot be started: ${error.message}`));
      this.process.on("close", (status, signal) => resolve(signal ? `killed by ${signal}` : `exit code ${status}`));
    }).then((how) => (this.over = how));
  }

  /** Resolves when the address answers 200. */
  async ready(url) {
    const deadline = Date.now() + READY_MS;
    while (Date.now() < deadline) {
      if (this.over) throw new Problem(`${this.name} ended before it was ready: ${this.over}`);
      if (await answers(url)) return;
      await delay(50);
    }
    throw new Problem(`${this.name} was not ready in ${READY_MS / 1000} s (${url})`);
  }

  /** SIGTERM, and SIGKILL if that is not heeded; resolves when it has ended. */
  async stop() {
    if (this.over) return;
    this.process.kill("SIGTERM");
    const patience = new AbortController();
    const late = delay(STOP_MS, "late", { signal: patience.signal }).catch(() => {});
    if ((await Promise.race([this.ended, late])) === "late") {
      say(`${this.name} did not stop in ${STOP_MS / 1000} s: killing it`);
      this.process.kill("SIGKILL");
      await this.ended;
    }
    patience.abort();
  }
}

/** Fails when somebody listens there already. */
export async function portIsFree(port, variable) {
  const probe = createServer().listen(port, "127.0.0.1");
  try {
    await once(probe, "listening");
  } catch (error) {
    if (error.code !== "EADDRINUSE") throw error;
    throw new Problem(`port ${port} is in use. Stop what is using it, or choose another with ${variable}=…`);
  }
  probe.close();
  await once(probe, "close");
}

async function answers(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}
