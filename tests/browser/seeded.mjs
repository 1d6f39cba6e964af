// A collector over a store that the simulator filled, shared by the tests of a file. They
// only read.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Child } from "../../capture-wasm/build/children.mjs";
import { freePort } from "./ports.mjs";
import { expect, test as base } from "./house.mjs";

const execute = promisify(execFile);
const TACIT = process.env.TACIT_BIN;

/** Enough people for intervals, and filled in a second. */
const SIGNALS = "2000";

/** Longer than what was simulated reaches back. */
const CONFIG = `[retention]
signals = "400d"
texts = "200d"
max_bytes = "2GiB"
`;

/** Longer than adding up takes on a busy machine. */
const PATIENCE_MS = 60_000;

export { expect };

export const test = base.extend({
  seeded: [
    async ({}, use) => {
      const seeded = await Seeded.open();
      await use(seeded);
      await seeded.close();
    },
    { scope: "worker" },
  ],
  /** Somebody who is signed in. */
  operator: async ({ page, seeded }, use) => {
    await page.goto(`${seeded.url}/#key=${seeded.key}`);
    await page.locator("#board").waitFor();
    await use(page);
  },
});

class Seeded {
  static async open() {
    const seeded = new Seeded();
    seeded.data = await mkdtemp(join(tmpdir(), "tacit-seeded-"));
    const { stdout } = await execute(TACIT, ["simulate", "--data", seeded.data, "--signals", SIGNALS, "--seed", "7", "--json"]);
    seeded.project = JSON.parse(stdout).project;
    seeded.key = await seeded.newKey("--scope", "ingest", "--scope", "read", "--scope", "admin");
    const config = join(seeded.data, "tacit.toml");
    await writeFile(config, CONFIG);
    const port = await freePort();
    seeded.url = `http://127.0.0.1:${port}`;
    seeded.collector = new Child("tacit", TACIT, ["serve", "--listen", `127.0.0.1:${port}`, "--data", seeded.data, "--config", config]);
    await seeded.collector.ready(`${seeded.url}/readyz`);
    await expect.poll(() => seeded.isAddedUp(), { timeout: PATIENCE_MS }).toBe(true);
    return seeded;
  }

  /** Everything is in the sums, and it is known whom the screen leaves out. */
  async isAddedUp() {
    const { complete, screened_at } = await this.get("/v1/rollups");
    return complete && screened_at !== null;
  }

  async newKey(...more) {
    const given = (name, value) => (more.includes(name) ? [] : [name, value]);
    const said = [...given("--project", this.project), ...given("--kind", "secret"), ...more];
    const { stdout } = await execute(TACIT, ["keys", "create", "--data", this.data, ...said, "--json"]);
    return JSON.parse(stdout).key;
  }

  async close() {
    await this.collector.stop();
    await rm(this.data, { recursive: true });
  }

  /** What a path tells whoever has the key. */
  async get(path) {
    const response = await fetch(`${this.url}${path}`, { headers: { authorization: `Bearer ${this.key}` } });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** Something that is not in the simulated world; what is answered. */
  async post(path, body, method = "POST") {
    const headers = { authorization: `Bearer ${this.key}`, "content-type": "application/json" };
    const response = await fetch(`${this.url}${path}`, { method, headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? null : response.json();
  }
}
