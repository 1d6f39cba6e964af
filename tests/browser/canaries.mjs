// Proof that a page's texts stayed where they are. A `Witness` stands between
// the pages of a context and the collector and keeps every byte that was sent,
// also by beacons of pages that were left or closed, of which Playwright tells
// nothing; and it notes what our script stored on the device or printed.
//
//   const witness = await Witness.open(context, house.url);
//   … load the snippet from `${witness.url}/capture/tacit.js`, endpoint `${witness.url}/c` …
//   await witness.expectNoText({ texts: [answer, prompt], markers: ["zebra"] });
//   await witness.expectNothingStored();
//   await witness.close();

import assert from "node:assert/strict";
import { createServer, request as forward } from "node:http";
import { tracesOf, viewsOf } from "./traces.mjs";

/** Our files by their addresses, as they stand in stacks and console lines. */
const OURS = /\/capture\/(?:v\/|tacit\.js)|core\.(?:js|wasm)/;

export class Witness {
  /** What the collector was sent: `{ method, url, headers, body }`. */
  sent = [];
  /** What our script wrote to the device: `{ api, key, stack }`. */
  stored = [];
  /** What our script printed. */
  lines = [];

  /** To be opened before the context's pages are. `ours` tells our script by its address. */
  static async open(context, collector, { ours = OURS } = {}) {
    const witness = new Witness();
    witness.context = context;
    await witness.#standBetween(collector);
    await context.exposeBinding("tacitWitness", (_, act) => {
      if (ours.test(act.stack)) witness.stored.push(act);
    });
    await context.addInitScript(spyOnStorage);
    context.on("console", (message) => {
      const text = message.text();
      if (text.startsWith("tacit") || ours.test(message.location().url)) witness.lines.push(text);
    });
    return witness;
  }

  async #standBetween(collector) {
    this.server = createServer((request, response) => {
      const chunks = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => {
        const { method, url, headers } = request;
        const body = Buffer.concat(chunks);
        this.sent.push({ method, url, headers, body });
        const onward = forward(new URL(url, collector), { method, headers }, (answer) => {
          response.writeHead(answer.statusCode, answer.headers);
          answer.pipe(response);
        });
        onward.on("error", () => response.destroy());
        onward.end(body);
      });
    });
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
  }

  /** The bodies of the batches so far. */
  get bodies() {
    return this.sent.filter(({ method }) => method === "POST").map(({ body }) => body);
  }

  /**
   * No part of any of `texts` (12 letters of it), none of the words `markers`,
   * and no hash of any part was sent or printed. `except` are strings that may
   * be sent although they stand in a text, such as an id.
   */
  async expectNoText({ texts = [], markers = [], except = [] }) {
    assert.ok(this.bodies.length > 0, "nothing was sent, so nothing is proven");
    const traces = tracesOf(texts, markers);
    for (const { method, url, headers, body } of this.sent) {
      const { host, origin, cookie, ...others } = headers;
      assert.equal(cookie, undefined, `a cookie went to ${url}`);
      const said = Buffer.from(`${url}\n${Object.values(others).join("\n")}`);
      for (const [name, bytes] of Object.entries({ body, "URL and headers": said })) {
        const found = traces.in(bytes, except);
        assert.equal(found, null, `${method} ${url}: the ${name} gives away ${found}`);
      }
    }
    for (const line of this.lines) {
      assert.equal(traces.in(Buffer.from(line), except), null, `the console says: ${line}`);
    }
  }

  /**
   * Our script has written nothing to the device. With `empty`, for pages that
   * store nothing themselves: nobody has.
   */
  async expectNothingStored({ empty = false } = {}) {
    assert.deepEqual(this.stored, [], "our script wrote to the device");
    const there = [];
    for (const page of this.context.pages()) {
      if (/^https?:/.test(page.url())) there.push(...(await page.evaluate(listStorage)));
    }
    for (const { name, domain } of await this.context.cookies()) there.push(`cookie ${name} of ${domain}`);
    const wrong = empty ? there : there.filter((entry) => /tacit/i.test(entry));
    assert.deepEqual(wrong, []);
  }

  /** Whether something like `text` was sent in the clear: for tests that expect it. */
  hasSent(text) {
    return this.bodies.some((body) => viewsOf(body).some((view) => view.includes(text.toLowerCase())));
  }

  async close() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Runs in every page before its scripts: tells of each way to keep something on the device. */
function spyOnStorage() {
  const told = window.tacitWitness;
  const { defineProperty, getOwnPropertyDescriptor } = Object;
  const apply = Reflect.apply;
  const note = (api, key) => {
    const before = Error.stackTraceLimit;
    Error.stackTraceLimit = 50;
    const { stack } = new Error();
    Error.stackTraceLimit = before;
    told({ api, key: String(key), stack });
  };
  const methods = [
    [window.Storage, "setItem"],
    [window.IDBFactory, "open"],
    [window.CacheStorage, "open"],
    [window.CookieStore, "set"],
    [window.StorageManager, "getDirectory"],
  ];
  for (const [type, name] of methods) {
    const original = type?.prototype[name];
    if (!original) continue;
    type.prototype[name] = function (...args) {
      note(`${type.name}.${name}`, args[0]);
      return apply(original, this, args);
    };
  }
  const cookie = getOwnPropertyDescriptor(Document.prototype, "cookie");
  defineProperty(Document.prototype, "cookie", {
    ...cookie,
    set(value) {
      note("document.cookie", value);
      apply(cookie.set, this, [value]);
    },
  });
}

/** Runs in a page: everything of its origin that is on the device. */
async function listStorage() {
  const there = [];
  for (const name of ["localStorage", "sessionStorage"]) {
    try {
      for (const key of Object.keys(window[name])) there.push(`${name} ${key}`);
    } catch {
      // A page that may not store has stored nothing.
    }
  }
  const databases = (await globalThis.indexedDB?.databases?.().catch(() => [])) ?? [];
  for (const { name } of databases) there.push(`indexedDB ${name}`);
  const caches = (await globalThis.caches?.keys().catch(() => [])) ?? [];
  for (const name of caches) there.push(`cache ${name}`);
  if (globalThis.navigator.storage?.getDirectory) {
    try {
      const root = await navigator.storage.getDirectory();
      for await (const name of root.keys()) there.push(`file ${name}`);
    } catch {
      // No private file system here.
    }
  }
  return there;
}
