// What demo-site/docs/clickhouse.md has an operator run, on a server of ClickHouse: started,
// looked at, copied while it is written, lost and put back. Skipped where there is no server.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after, before, describe } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { blocksOf } from "../../capture-wasm/build/document.mjs";
import { started, tacit } from "../bench/collector.mjs";
import { isInstalled, servers } from "../clickhouse/servers.mjs";
import { PROGRAMS } from "./place.mjs";

const PAGE = "demo-site/docs/clickhouse.md";
const TACIT = process.env.TACIT_BIN;
const PROJECT = "shop";
const wanted = process.env.TACIT_CLICKHOUSE ?? "";
if (wanted === "required" && !isInstalled()) throw new Error("clickhouse-server is not installed");
const skip = (wanted === "skip" || !isInstalled()) && "clickhouse-server is not installed, or not wanted";
/** Longest time that anything is waited for on a busy machine, ms. */
const PATIENCE_MS = 300_000;
const ALL = ["ingest", "read", "admin"].flatMap((scope) => ["--scope", scope]);

const blockOf = (name) => blocksOf(PAGE).find(({ run }) => run === name).code;

/** One machine: a server, a collector, and what stops and starts them. */
class Machine {
  static async open() {
    const machine = new Machine();
    machine.folder = mkdtempSync(join(tmpdir(), "tacit-clickhouse-"));
    machine.data = join(machine.folder, "data");
    for (const name of ["bin", "data", "backups"]) mkdirSync(join(machine.folder, name));
    machine.control = createServer(async ({ url }, response) => {
      const [, verb, unit] = url.split("/");
      const error = await machine[`${verb}s`](unit).then(() => "", (error) => `${error}`);
      response.writeHead(error ? 500 : 200).end(error);
    }).listen(0, "127.0.0.1");
    await once(machine.control, "listening");
    machine.#program("systemctl", `#!/bin/sh\nexec curl --silent --fail-with-body "http://127.0.0.1:${machine.control.address().port}/$1/$2"\n`);
    machine.#program("tacit", PROGRAMS.tacit);
    await machine.starts("clickhouse-server");
    return machine;
  }

  #program(name, text) {
    const file = join(this.folder, "bin", name);
    writeFileSync(file, text);
    chmodSync(file, 0o755);
  }

  async starts(unit) {
    if (unit === "tacit") {
      this.secret ??= tacit(TACIT, ["keys", "create", "--project", PROJECT, "--kind", "secret", ...ALL], this.data, this.store).key;
      this.publishable ??= tacit(TACIT, ["keys", "create", "--project", PROJECT, "--kind", "publishable"], this.data, this.store).key;
      this.collector = await started(TACIT, this.data, this.secret, { store: this.store });
      return;
    }
    this.house = await servers(join(this.folder, "servers"), 1);
    this.store = this.house.store;
    this.#program("clickhouse-client", `#!/bin/sh\nexec /usr/bin/clickhouse-client --port ${this.house.ports[0].tcp} "$@"\n`);
  }

  async stops(unit) {
    await (unit === "tacit" ? this.collector : this.house).stop();
  }

  /** Runs a block of the page with this machine's places in those of the page. */
  run(name) {
    const { username, password, host } = new URL(this.store.replace(/^clickhouse:/, "http:"));
    const here = blockOf(name)
      .replaceAll("/var/lib/clickhouse", join(this.folder, "servers/0/data"))
      .replaceAll("/var/lib/tacit", this.data)
      .replaceAll("/var/backups", join(this.folder, "backups"))
      .replaceAll("--user tacit", `--user ${username}`)
      .replaceAll("--password change-me", `--password ${password}`)
      .replaceAll("tacit:change-me@ch-1:8123", `${username}:${password}@${host}`);
    const env = { PATH: `${join(this.folder, "bin")}:${process.env.PATH}`, HOME: this.folder, TACIT_BIN: TACIT, TACIT_STORE: this.store, TACIT_LISTEN: "127.0.0.1:0" };
    return promisify(execFile)("timeout", [`${PATIENCE_MS / 1_000}`, "bash", "--norc", "-euo", "pipefail", "-c", here], { cwd: this.folder, env });
  }

  /** What pages send: each is a visit with ten events about an answer of its own. */
  async sends(visits, someone) {
    for (let visit = 0; visit < visits; visit += 1) {
      const [session, output, subject] = [crypto.randomUUID().replaceAll("-", ""), `o-${crypto.randomUUID()}`, someone ?? `u-${crypto.randomUUID()}`];
      const events = Array.from({ length: 10 }, (_, seq) => ({ seq, at: Date.now() - 1_000, kind: "copied", output, chars: 40, share: 0.5, via: "button" }));
      const body = JSON.stringify({ v: 1, key: this.publishable, session, subject, sent_at: Date.now(), events });
      const answer = await fetch(`${this.collector.url}/c`, { method: "POST", body });
      assert.equal(answer.status, 204, await answer.text());
    }
  }

  /** The ledger, once `isThere` of its events. */
  async ledger(isThere) {
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const { events } = await this.collector.get("/v1/ledger");
      if (isThere(events)) return events;
      assert.ok(performance.now() < until, JSON.stringify(events));
      await delay(50);
    }
  }

  async labels() {
    const { stdout } = await promisify(execFile)(TACIT, ["export", "--data", this.data, "--format", "labels", "--trust", "claimed"], { env: { ...process.env, TACIT_STORE: this.store }, maxBuffer: 1 << 26 });
    return stdout.trim().split("\n").map((line) => JSON.parse(line));
  }

  async close() {
    await this.collector?.stop();
    await this.house?.kill();
    this.control.close();
    rmSync(this.folder, { recursive: true });
  }
}

describe("clickhouse.md", { skip }, () => {
  let machine;
  before(async () => (machine = await Machine.open()));
  after(() => machine?.close());

  test("one line starts it, with a database and tables that were not there", async () => {
    const tables = () => machine.house.ask("SELECT count() FROM system.tables WHERE database = 'tacit' AND name = 'chunks'");
    assert.equal(await tables(), "0");
    await machine.run("start");
    assert.equal(await tables(), "1");
  });

  test("what a backup has counts whole, and what came later is read from the log again", async () => {
    await machine.starts("tacit");
    await machine.sends(20, "u-before");
    await machine.ledger(({ stored }) => stored === 200);
    const copying = { isOver: false };
    const meanwhile = (async () => {
      let visits = 0;
      for (; !copying.isOver || visits < 10; visits += 5) await machine.sends(5);
      return visits;
    })();
    await machine.run("copy").finally(() => (copying.isOver = true));
    const all = 200 + 10 * (await meanwhile);
    await machine.ledger(({ stored }) => stored === all);
    const { stdout } = await machine.run("parts");
    assert.match(stdout, /^chunks\t\d+\t\d+/m);

    // Somebody asks to be forgotten, and then the server's disk is lost.
    tacit(TACIT, ["erase", "u-before"], machine.data, machine.store);
    await machine.ledger(({ erased }) => erased === 200);
    await machine.run("restore");
    const { stored, erased, duplicate, waiting } = await machine.ledger((events) => events.waiting === 0 && events.acknowledged === all);
    assert.deepEqual({ stored, erased, duplicate, waiting }, { stored: all - 200, erased: 200, duplicate: 0, waiting: 0 });
    const labels = await machine.labels();
    assert.equal(labels.length, stored / 10);
    assert.equal(new Set(labels.map(({ output }) => output)).size, labels.length);
    assert.ok(labels.every(({ reasons }) => reasons.length > 0));
    // The books are those of a store that goes on.
    await machine.sends(3);
    await machine.ledger((events) => events.stored === stored + 30);
  });

  test("the two parts of a backup are all tables, and what says that it counts is in the first", async () => {
    const [copied, put] = ["BACKUP", "RESTORE"].map((verb) => [...blockOf("backup").matchAll(new RegExp(`^${verb} (.*?);`, "gms"))].map(([, statement]) => [...statement.matchAll(/tacit\.(\w+)/g)].map(([, name]) => name)));
    assert.equal(copied.length, 2);
    // The first is all but the facts, which are the second.
    const [but, facts] = copied;
    assert.deepEqual(but, facts);
    assert.deepEqual(put, [[], facts]);
    const tables = (await machine.house.ask("SELECT name FROM system.tables WHERE database = 'tacit' AND engine LIKE '%MergeTree'")).split("\n");
    assert.deepEqual(tables.filter((name) => !facts.includes(name)).sort(), ["blocks", "commits", "marks", "migrations", "taken"]);
    assert.deepEqual(facts.filter((name) => !tables.includes(name)), []);
  });
});
