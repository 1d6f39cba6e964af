// Capture from the site's own address, through real proxies: their rules are those
// of demo-site/docs/first-party.md, as they stand there.

import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { root } from "../../capture-wasm/build/tools.mjs";
import { Collector, PROXIES, Site, upstream } from "./site.mjs";

/** Bytes of the largest batch, and more than nginx takes. */
const BATCH_BYTES_MAX = 256 * 1024;
const BEYOND_NGINX = 1024 * 1024 + 1;
const PASSED_ON = ["content-type", "content-encoding", "content-length", "cache-control", "vary", "access-control-allow-origin"];

for (const kind of Object.keys(PROXIES)) {
  test.describe(kind, () => {
    let collector;
    let site;

    test.beforeEach(async () => {
      collector = await Collector.open();
      site = await Site.open(kind, collector, { "page.html": await page(collector) });
    });

    test.afterEach(async () => {
      await site.close();
      await collector.close();
    });

    test("script, signals and the last beacon go through the site's own address", async ({ page, context }) => {
      await context.addCookies([{ name: "login", value: "cookie-canary", url: site.url }]);
      const requests = [];
      page.on("request", (request) => requests.push(request));
      await page.goto(`${site.url}/page.html`);
      await expect.poll(() => kindsOf(collector, "o-first")).toContain("shown");
      // No time for a request that is answered: this one is a beacon.
      await page.evaluate(() => window.tacit.signal("o-first", "accepted", { via: "insert" }));
      await page.goto("about:blank");
      await expect.poll(() => kindsOf(collector, "o-first")).toContain("accepted");

      const urls = requests.map((request) => request.url()).filter((url) => url !== "about:blank");
      expect(urls.filter((url) => !url.startsWith(`${site.url}/`))).toEqual([]);
      expect(urls.some((url) => url.startsWith(`${site.url}/t/v/`) && new URL(url).pathname.endsWith(".wasm"))).toBe(true);
      expect(requests.map((request) => request.method())).not.toContain("OPTIONS");
    });

    test("files are the collector's, with their headers", async () => {
      for (const file of await readdir(join(root, "capture-wasm/dist/web"), { recursive: true })) {
        if (!/\.(js|wasm)$/.test(file)) continue;
        for (const coding of ["identity", "br"]) {
          const headers = { "accept-encoding": coding };
          const [own, theirs] = [await exchange(`${site.url}/t/${file}`, { headers }), await exchange(`${collector.url}/capture/${file}`, { headers })];
          expect(own.status).toBe(200);
          expect(own.body.equals(theirs.body)).toBe(true);
          for (const name of PASSED_ON) expect([name, own.headers[name]]).toEqual([name, theirs.headers[name]]);
        }
      }
    });

    test("a batch of the largest size is taken, a larger one refused in words", async () => {
      const largest = await post(site, batch(collector, BATCH_BYTES_MAX));
      expect([largest.status, largest.body.toString()]).toEqual([204, ""]);
      const larger = await post(site, batch(collector, BATCH_BYTES_MAX + 1));
      expect(larger.status).toBe(413);
      expect(JSON.parse(larger.body)).toMatchObject({ limit: BATCH_BYTES_MAX, retryable: false });
      // Beyond what nginx takes it is still the status that the client knows.
      expect((await post(site, batch(collector, BEYOND_NGINX))).status).toBe(413);
    });

    test("no address is kept, whoever names it", async () => {
      const address = "203.0.113.77";
      const named = { "x-forwarded-for": address, "x-real-ip": address, forwarded: `for=${address}` };
      expect((await post(site, batch(collector, 1000), named)).status).toBe(204);
      await expect.poll(() => kindsOf(collector, "o-large")).toEqual(["accepted"]);
      await collector.process.stop();
      const files = await readdir(collector.data, { recursive: true, withFileTypes: true });
      let found = 0;
      for (const file of files.filter((file) => file.isFile())) {
        const bytes = await readFile(join(file.parentPath ?? file.path, file.name));
        expect(bytes.includes(address), file.name).toBe(false);
        found += bytes.includes("o-large") ? 1 : 0;
      }
      // It would have been seen: what was sent with it is there.
      expect(found).toBeGreaterThan(0);
    });
  });

  test(`${kind}: an overloaded collector is heard as it said it, and cookies stay`, async () => {
    const problem = JSON.stringify({ code: "overloaded", retryable: true });
    const fake = await upstream((response) => response.writeHead(503, { "retry-after": "7", "content-type": "application/problem+json" }).end(problem));
    const site = await Site.open(kind, fake);
    try {
      const refused = await post(site, "TACT", { cookie: "login=cookie-canary", origin: site.url });
      expect([refused.status, refused.headers["retry-after"], refused.headers["content-type"]]).toEqual([503, "7", "application/problem+json"]);
      expect(refused.body.toString()).toBe(problem);
      await exchange(`${site.url}/t/tacit.js?x=/t/`, { headers: { cookie: "login=cookie-canary" } });

      const [signals, script] = fake.requests;
      expect([signals.method, signals.url, signals.bytes.toString()]).toEqual(["POST", "/c", "TACT"]);
      expect([script.method, script.url]).toEqual(["GET", "/capture/tacit.js?x=/t/"]);
      expect(signals.headers.origin).toBe(site.url);
      expect(JSON.stringify(fake.requests.map(({ headers }) => headers))).not.toContain("cookie-canary");
      // An untyped body stays one, so that the collector reads it as a beacon's.
      expect(signals.headers["content-type"]).toBeUndefined();

      fake.close();
      // Nobody is there: a status that is tried again.
      expect((await post(site, "TACT")).status).toBe(502);
    } finally {
      await site.close();
      fake.close();
    }
  });
}

/** A page with one answer, as the documentation has it. */
async function page(collector) {
  const html = await readFile(join(root, "tests/browser/pages/answers.html"), "utf8");
  const tag = `<script src="/t/tacit.js" data-key="${collector.publishable}" data-endpoint="/t" data-flush-after-ms="500" async></script>`;
  return html.replace("%SNIPPET%", tag);
}

async function kindsOf(collector, output) {
  return (await collector.signals(output)).map(({ kind }) => kind);
}

/** A good batch of exactly so many bytes. */
function batch(collector, bytes) {
  const at = Date.now();
  const event = { seq: 0, at, kind: "accepted", output: "o-large", via: "tab" };
  const session = "00112233445566778899aabbccddeeff";
  const text = (filling) => JSON.stringify({ v: 1, key: collector.publishable, session, sent_at: at, filling, events: [event] });
  return text("x".repeat(bytes - text("").length));
}

function post(site, body, headers = {}) {
  const origin = headers.origin ?? site.url;
  return exchange(`${site.url}/t`, { method: "POST", headers: { ...headers, origin }, body });
}

/** By curl, since fetch() sets and decodes headers of its own. */
function exchange(url, { method = "GET", headers = {}, body }) {
  const named = Object.entries(headers).flatMap(([name, value]) => ["--header", `${name}: ${value}`]);
  const data = body === undefined ? [] : ["--data-binary", "@-", "--header", "content-type:", "--header", "expect:"];
  return new Promise((resolve, reject) => {
    const args = ["--silent", "--show-error", "--include", "--request", method, ...named, ...data, url];
    const child = execFile("curl", args, { encoding: "buffer", maxBuffer: 1 << 26 }, (error, stdout) => {
      if (error) return reject(error);
      const end = stdout.indexOf("\r\n\r\n");
      const [status, ...lines] = stdout.subarray(0, end).toString("latin1").split("\r\n");
      const pairs = lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]);
      resolve({ status: Number(status.split(" ")[1]), headers: Object.fromEntries(pairs), body: stdout.subarray(end + 4) });
    });
    // A refusal may come before the whole body went.
    child.stdin.on("error", () => {});
    child.stdin.end(body);
  });
}
