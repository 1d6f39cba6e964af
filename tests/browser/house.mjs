// A whole Tacit for one test: collector, demo and keys, on free ports and a
// folder of their own.

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { test as base, expect as expectOnce } from "@playwright/test";
import { Child } from "../../capture-wasm/build/children.mjs";
import { root } from "../../capture-wasm/build/tools.mjs";
import { Person } from "./person.mjs";
import { servePages } from "./pages.mjs";
import { freePort } from "./ports.mjs";
import { slower } from "./slower.mjs";

/** Longer than signals may wait in any of these pages, on a machine with other things to do. */
const PATIENCE_MS = 20_000;

/** What a test needs before it begins is not of its own time. */
const OPENING_MS = 120_000;

const execute = promisify(execFile);
const TACIT = process.env.TACIT_BIN;
if (!TACIT) throw new Error("TACIT_BIN is not set: run these tests by `npm test -- browser`");

/** Looks again soon: what signals wait for is over in a second or two, and every test waits for some. */
export const expect = new Proxy(expectOnce, {
  get: (expect, name) => (name === "poll" ? (look, options) => expect.poll(look, { intervals: [100], ...options }) : Reflect.get(expect, name)),
});

export const test = base.extend({
  /** Delay of each streamed word, ms. */
  wordMs: [4, { option: true }],
  page: async ({ page }, use) => {
    await slower(page);
    await use(page);
  },
  /** Collector and demo. */
  house: [
    async ({ wordMs }, use) => {
      const house = await House.open(wordMs);
      await use(house);
      await house.close();
    },
    { timeout: OPENING_MS },
  ],
  /** Somebody at the demo's chat. */
  person: [
    async ({ page, context, house }, use) => {
      await context.grantPermissions(["clipboard-read", "clipboard-write"]);
      const person = new Person(page);
      await person.visit(house.demo);
      await use(person);
    },
    { timeout: OPENING_MS },
  ],
  /** A page of `pages/` with the snippet, and what it sends. */
  site: async ({ page, context, house }, use) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const site = await servePages(house);
    await use(site);
    await site.close();
  },
});

export class House {
  static async open(wordMs) {
    const house = new House();
    house.data = await mkdtemp(join(tmpdir(), "tacit-"));
    [house.port, house.demoPort, house.pagesPort] = await Promise.all([freePort(), freePort(), freePort()]);
    house.url = `http://127.0.0.1:${house.port}`;
    house.demo = `http://127.0.0.1:${house.demoPort}/`;
    const origins = [house.demoPort, house.pagesPort].flatMap((port) => ["--origin", `http://127.0.0.1:${port}`]);
    house.publishable = await house.key("publishable", ...origins);
    house.secret = await house.key("secret", "--scope", "ingest", "--scope", "read", "--scope", "admin");
    await house.startCollector();
    house.chat = new Child("demo", process.execPath, [join(root, "demo-site/server.mjs")], {
      PORT: String(house.demoPort),
      TACIT_URL: house.url,
      TACIT_PUBLISHABLE_KEY: house.publishable,
      TACIT_SECRET_KEY: house.secret,
      TACIT_DEMO_WORD_MS: String(wordMs),
    });
    await house.chat.ready(`${house.demo}healthz`);
    return house;
  }

  async startCollector(...more) {
    const where = ["--listen", `127.0.0.1:${this.port}`, "--data", this.data];
    const pages = ["--capture", join(root, "capture-wasm/dist/web"), "--demo-url", this.demo];
    this.collector = new Child("tacit", TACIT, ["serve", ...where, ...pages, ...more]);
    await this.collector.ready(`${this.url}/readyz`);
  }

  async close() {
    await Promise.all([this.chat.stop(), this.collector.stop()]);
    await rm(this.data, { recursive: true });
  }

  key(kind, ...more) {
    return this.keyOf("dev", kind, ...more);
  }

  async keyOf(project, kind, ...more) {
    const args = ["keys", "create", "--data", this.data, "--project", project, "--kind", kind, ...more, "--json"];
    const { stdout } = await execute(TACIT, args);
    return JSON.parse(stdout).key;
  }

  async get(path) {
    const response = await fetch(`${this.url}${path}`, { headers: { authorization: `Bearer ${this.secret}` } });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  }

  async find(id) {
    const headers = { authorization: `Bearer ${this.secret}` };
    const response = await fetch(`${this.url}/v1/outputs/${id}`, { headers });
    return response.ok ? response.json() : null;
  }

  /** What is known of an output, as soon as `ready` accepts it. */
  async output(id, ready = () => true) {
    const patience = Date.now() + PATIENCE_MS;
    let known = null;
    while (Date.now() < patience) {
      known = await this.find(id);
      if (known && ready(known)) return known;
      await delay(100);
    }
    throw new Error(`output ${id} is not as expected after ${PATIENCE_MS} ms: ${JSON.stringify(known, null, 1)}`);
  }

  /** The output's signals of one kind, as soon as there are `count`. */
  async signals(id, kind, count = 1) {
    const of = (known) => known.signals.filter((signal) => signal.kind === kind);
    return of(await this.output(id, (known) => of(known).length >= count));
  }

  /** The label as soon as it is decided. */
  async decided(id) {
    const { label } = await this.output(id, ({ label }) => !["pending", "neutral"].includes(label?.state));
    return label;
  }

  /** The lines of a dataset, by the command line as an operator would. */
  async exported(format, ...more) {
    const args = ["export", "--data", this.data, "--project", "dev", "--format", format, "--out", "-", ...more];
    const { stdout, stderr } = await execute(TACIT, args);
    return { rows: stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line)), said: stderr };
  }

  async ledger() {
    return (await this.get("/v1/ledger")).json();
  }
}

/** The rules that made a label, with their signed weights. */
export function reasonsOf(label) {
  return Object.fromEntries(label.reasons.map(({ rule, polarity, weight }) => [rule, polarity * weight]));
}
