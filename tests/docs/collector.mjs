// The shipped binary with one project, on a folder of its own.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";

const TACIT = process.env.TACIT_BIN;
if (!TACIT) throw new Error("TACIT_BIN is not set: run these tests by `npm test -- docs`");

export class Collector {
  /** On data that is there, or on none. */
  static async open(data) {
    const collector = new Collector();
    collector.folder = mkdtempSync(join(tmpdir(), "tacit-docs-"));
    collector.data = data ?? join(collector.folder, "data");
    collector.publishable = collector.key("publishable");
    collector.secret = collector.key("secret", "--scope", "ingest", "--scope", "read");
    const args = ["serve", "--listen", "127.0.0.1:0", "--json", "--data", collector.data];
    collector.process = spawn(TACIT, args, { stdio: ["ignore", "pipe", "ignore"] });
    collector.ended = new Promise((resolve) => collector.process.on("close", resolve));
    const { value } = await createInterface({ input: collector.process.stdout })[Symbol.asyncIterator]().next();
    collector.url = JSON.parse(value).url;
    return collector;
  }

  key(kind, ...more) {
    const args = ["keys", "create", "--data", this.data, "--project", "shop", "--kind", kind, ...more, "--json"];
    return JSON.parse(execFileSync(TACIT, args, { stdio: ["ignore", "pipe", "ignore"] })).key;
  }

  async close() {
    this.process.kill("SIGTERM");
    await this.ended;
    rmSync(this.folder, { recursive: true });
  }

  async get(path) {
    const answer = await fetch(this.url + path, { headers: { authorization: `Bearer ${this.secret}` } });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** What a page sends. */
  async events(subject, events) {
    const batch = { v: 1, key: this.publishable, session: crypto.randomUUID().replaceAll("-", ""), subject, sent_at: Date.now() };
    const body = JSON.stringify({ ...batch, events: events.map((event, seq) => ({ seq, ...event })) });
    const answer = await fetch(`${this.url}/c`, { method: "POST", body });
    if (answer.status !== 204) throw new Error(`${answer.status} ${await answer.text()}`);
    while ((await this.get("/v1/ledger")).events.waiting > 0) await delay(20);
  }
}
