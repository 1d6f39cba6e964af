// A real collector for one run.

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { Child } from "../../../capture-wasm/build/children.mjs";
import { root } from "../../../capture-wasm/build/tools.mjs";
import { freePort } from "../../browser/ports.mjs";

const execute = promisify(execFile);
const PATIENCE_MS = 15_000;

export class Collector {
  static async open() {
    const self = new Collector();
    self.data = await mkdtemp(join(tmpdir(), "tacit-chat-"));
    self.key = await self.#create("publishable");
    self.secret = await self.#create("secret");
    const port = await freePort();
    const where = ["--listen", `127.0.0.1:${port}`, "--data", self.data];
    self.child = new Child("tacit", tacit(), ["serve", ...where, "--capture", join(root, "capture-wasm/dist/web")]);
    self.url = `http://127.0.0.1:${port}`;
    await self.child.ready(`${self.url}/readyz`);
    return self;
  }

  /** The one line that a team puts into its page; `url` leads here. */
  snippet(url) {
    return `<script src="${url}/capture/tacit.js" data-key="${this.key}" data-endpoint="${url}/c" async></script>`;
  }

  /** Resolves when as many batches have come as `count()` says were sent. */
  async received(count) {
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline) {
      const { batches } = await this.ledger();
      if (batches.received >= count()) return;
      await delay(50);
    }
    throw new Error("the collector has not received all that was sent");
  }

  /** What became of everything that came. */
  ledger() {
    return this.#get("/v1/ledger");
  }

  /** Every output the collector knows of, with its signals. */
  async outputs() {
    const outputs = [];
    let cursor = "";
    do {
      const page = await this.#get(`/v1/outputs?limit=200${cursor}`);
      for (const { id } of page.outputs) outputs.push(await this.#get(`/v1/outputs/${encodeURIComponent(id)}`));
      cursor = page.next ? `&cursor=${page.next}` : "";
    } while (cursor);
    return outputs;
  }

  async close() {
    await this.child.stop();
    await rm(this.data, { recursive: true });
  }

  async #create(kind) {
    const { stdout } = await execute(tacit(), ["keys", "create", "--data", this.data, "--project", "dev", "--kind", kind, "--json"]);
    return JSON.parse(stdout).key;
  }

  async #get(path) {
    const response = await fetch(this.url + path, { headers: { authorization: `Bearer ${this.secret}` } });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}

function tacit() {
  if (!process.env.TACIT_BIN) throw new Error("TACIT_BIN is not set: run these tests by `npm test -- chats`");
  return process.env.TACIT_BIN;
}
