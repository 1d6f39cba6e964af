// A real collector for one run, behind a gate that keeps every byte a page sent.

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, request as ask } from "node:http";
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
    self.gate = await gate(port);
    return self;
  }

  /** The one line that a team puts into its page. */
  snippet() {
    const { url } = this.gate;
    return `<script src="${url}/capture/tacit.js" data-key="${this.key}" data-endpoint="${url}/c" async></script>`;
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

  /** Resolves when what the page sent as it was left has been stored. */
  async settled(leftAt) {
    const deadline = Date.now() + PATIENCE_MS;
    // Reading time is nearly always left to tell, so something comes.
    while (!this.gate.sent.some(({ at }) => at >= leftAt) && Date.now() < leftAt + 3_000) await delay(50);
    while (this.gate.open > 0) {
      if (Date.now() > deadline) throw new Error("the collector does not answer");
      await delay(20);
    }
  }

  async close() {
    await this.gate.close();
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

/** Passes requests on to the collector, and keeps what was in them. */
async function gate(port) {
  const kept = { sent: [], open: 0 };
  const server = createServer((request, response) => {
    const chunks = [];
    kept.open++;
    response.on("close", () => kept.open--);
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      if (request.method === "POST") kept.sent.push({ at: Date.now(), url: request.url, headers: request.headers, body });
      const { method, url, headers } = request;
      const onward = ask({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      });
      onward.on("error", () => response.destroy());
      onward.end(body);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(kept, {
    url: `http://127.0.0.1:${server.address().port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

function tacit() {
  if (!process.env.TACIT_BIN) throw new Error("TACIT_BIN is not set: run these tests by `npm test -- chats`");
  return process.env.TACIT_BIN;
}
