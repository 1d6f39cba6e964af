// Strict content security policies by real headers, and the files' integrity: what
// a page has to allow, and what happens where it does not.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { request as plainRequest } from "node:http";
import { once } from "node:events";
import { root } from "../../capture-wasm/build/tools.mjs";
import { expect, test } from "./house.mjs";

const { version } = JSON.parse(await readFile(join(root, "capture-wasm/package.json"), "utf8"));

/** Words that lists of blockers match addresses by. */
const BLOCKED = /track|event|stats|analytics|beacon|collect/i;

/** Opens the page; keeps what it was told, refused and asked for. */
async function open(page, site, query, options = {}) {
  const seen = { lines: [], refused: [], errors: [], requests: [] };
  page.on("console", (message) => seen.lines.push(message.text()));
  page.on("pageerror", (error) => seen.errors.push(error.message));
  page.on("request", (request) => seen.requests.push(request));
  await page.exposeFunction("refused", (directive) => seen.refused.push(directive));
  await page.addInitScript((options) => {
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => window.refused(effectiveDirective));
    window.told = [];
    window.tacitOptions = { ...options, onError: ({ code }) => window.told.push(code) };
  }, options);
  await page.goto(site.url("answers", query));
  return seen;
}

const told = (page) => page.evaluate(() => window.told);
const posted = ({ requests }) => requests.filter((request) => request.method() === "POST");
const installed = async (house) => (await house.ledger()).install;

const enough = {
  "the package on the site's own origin, under any name": {
    csp: "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'",
    own: "/own/any-name.js",
  },
  "a nonce": {
    csp: "default-src 'none'; script-src 'nonce-Zm9v' 'wasm-unsafe-eval'; connect-src %COLLECTOR%",
    attributes: 'nonce="Zm9v"',
  },
  "a nonce with strict-dynamic": {
    csp: "default-src 'none'; script-src 'nonce-Zm9v' 'strict-dynamic' 'wasm-unsafe-eval'; connect-src %COLLECTOR%; base-uri 'none'; object-src 'none'",
    attributes: 'nonce="Zm9v"',
  },
  "Trusted Types without any policy": {
    csp: "default-src 'none'; script-src %COLLECTOR% 'wasm-unsafe-eval'; connect-src %COLLECTOR%; require-trusted-types-for 'script'; trusted-types 'none'",
  },
};

test("these policies are enough", async ({ context, site, house }) => {
  const pages = await Promise.all(
    Object.entries(enough).map(async ([name, query]) => {
      const page = await context.newPage();
      return { name, page, seen: await open(page, site, query) };
    }),
  );
  await house.signals("o-first", "shown", pages.length);
  // The late part is there too.
  for (const { page } of pages) await page.locator("button[aria-pressed]").click();
  await house.signals("o-first", "rated", pages.length);
  for (const { name, page, seen } of pages) {
    expect({ name, ...seen }).toMatchObject({ name, refused: [], errors: [] });
    expect(await told(page), name).toEqual([]);
  }
});

test("nothing is loaded but the four files, and no address is one that blockers know", async ({ page, site, house }) => {
  const seen = await open(page, site, { own: "/own/any-name.js" });
  await house.signals("o-first", "shown");
  await page.evaluate(() => window.tacit.flush());
  const paths = seen.requests.map((request) => new URL(request.url()).pathname);
  const expected = ["answers", "own/any-name.js", "own/in", ...["core.js", "core.wasm", "late.js"].map((file) => `own/v/${version}/${file}`)];
  // Nothing says what to do but the page: no configuration comes from elsewhere.
  expect([...new Set(paths)].filter((path) => path !== "/favicon.ico").sort()).toEqual(expected.map((path) => `/${path}`).sort());
  for (const path of paths) expect(path).not.toMatch(BLOCKED);
});

for (const [name, script] of Object.entries({ "a host": "script-src %COLLECTOR%", "a nonce, and Global Privacy Control": "script-src 'nonce-Zm9v' 'strict-dynamic'" })) {
  test(`without the word for Wasm (${name}) the page is as before, says so once, and the operator sees it`, async ({ page, site, house }) => {
    const csp = `default-src 'none'; ${script}; connect-src %COLLECTOR%`;
    if (name.includes("Privacy")) await page.addInitScript(() => Object.defineProperty(navigator, "globalPrivacyControl", { value: true }));
    const seen = await open(page, site, { csp, attributes: 'nonce="Zm9v" data-subject="u-42" data-surface="chat"' });
    await expect.poll(() => installed(house)).toEqual({ wasm_refused: 1, not_loaded: 0 });
    expect(await told(page)).toEqual(["capture_unavailable"]);
    expect(seen.errors).toEqual([]);
    const lines = seen.lines.filter((line) => line.startsWith("tacit"));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("script-src 'wasm-unsafe-eval'");
    // Just the fact: nobody's name, nothing of the page.
    const [report, ...others] = posted(seen);
    expect(others).toEqual([]);
    const batch = JSON.parse(report.postData());
    expect(Object.keys(batch).sort()).toEqual(["events", "install", "key", "sent_at", "session", "v"]);
    expect([batch.session, batch.events]).toEqual(["0".repeat(32), []]);
    // The handle is dead, but can be used.
    await page.evaluate(async () => {
      window.tacit.signal("o-first", "accepted", { via: "test" });
      await window.tacit.flush();
      window.tacit.stop();
    });
    const text = await page.locator("#one").boundingBox();
    await page.mouse.click(text.x + 5, text.y + text.height / 2, { clickCount: 3 });
    await page.keyboard.press("Control+c");
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("The canary sings");
    expect(posted(seen)).toHaveLength(1);
    expect((await (await house.get("/v1/outputs")).json()).outputs).toEqual([]);
  });
}

test("after a no nobody is told, not even that", async ({ page, site, house }) => {
  await page.addInitScript(() => {
    let tacit;
    Object.defineProperty(window, "tacit", {
      get: () => tacit,
      set: (handle) => (tacit = handle).consent("denied"),
    });
  });
  const seen = await open(page, site, { csp: "default-src 'none'; script-src %COLLECTOR%; connect-src %COLLECTOR%" });
  await expect.poll(() => told(page)).toEqual(["capture_unavailable"]);
  await page.goto("about:blank");
  expect(posted(seen)).toEqual([]);
  expect(await installed(house)).toEqual({ wasm_refused: 0, not_loaded: 0 });
});

test("where the files cannot be had it is told as that", async ({ page, site, house }) => {
  await page.route("**/core.js*", (route) => route.abort());
  const seen = await open(page, site, {});
  await expect.poll(() => installed(house)).toEqual({ wasm_refused: 0, not_loaded: 1 });
  expect(await told(page)).toEqual(["capture_unavailable"]);
  expect(seen.errors).toEqual([]);
});

test("the loader is cached for minutes, what it loads for ever, compressed for who takes that", async ({ house }) => {
  /** As it comes over the wire: `fetch` would unpack it. */
  const get = async (path, headers = {}) => {
    const request = plainRequest(`${house.url}/capture/${path}`, { headers }).end();
    const [response] = await once(request, "response");
    const chunks = await response.toArray();
    return { headers: response.headers, body: Buffer.concat(chunks) };
  };
  const loader = await get("tacit.js");
  expect(loader.headers["cache-control"]).toBe("public, max-age=300");
  const [core] = loader.body.toString().match(new RegExp(`v/${version.replaceAll(".", "\\.")}/core\\.js\\?\\w+`));
  for (const file of [core, ...["core.wasm", "late.js", "names.js", "tacit.js"].map((file) => `v/${version}/${file}`)]) {
    const plain = await get(file);
    expect(plain.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect(plain.headers["access-control-allow-origin"]).toBe("*");
    expect(plain.headers["content-type"]).toBe(file.endsWith(".wasm") ? "application/wasm" : "text/javascript; charset=utf-8");
    const packed = await get(file, { "accept-encoding": "gzip, br" });
    expect(packed.headers["content-encoding"]).toBe("br");
    expect(packed.headers.vary).toBe("accept-encoding");
    expect(brotliDecompressSync(packed.body).equals(plain.body)).toBe(true);
  }
});

/** A tag with hashes for everything it loads; `change` may break one. */
async function pinned(house, change = (hashes) => hashes) {
  const base = `${house.url}/capture/v/${version}/`;
  const hashes = change(await (await fetch(`${base}integrity.json`)).json());
  const map = Object.fromEntries(Object.entries(hashes).map(([address, hash]) => [base + address, hash]));
  return {
    head: `<script type="importmap">${JSON.stringify({ integrity: map })}</script>`,
    attributes: `crossorigin src="${base}tacit.js" integrity="${hashes["tacit.js"]}"`,
  };
}

/** The hash of another file. */
const WRONG = `sha384-${Buffer.alloc(48).toString("base64")}`;

test("a page may insist on every file by its hash", async ({ page, site, house }) => {
  const seen = await open(page, site, await pinned(house));
  await house.signals("o-first", "shown");
  await page.locator("button[aria-pressed]").click();
  await house.signals("o-first", "rated");
  expect(seen.errors).toEqual([]);
});

test("a changed file is refused, and the page goes on", async ({ context, site, house }) => {
  const tell = { "tacit.js": [], "core.js": ["capture_unavailable"], "core.wasm": ["capture_unavailable"], "late.js": ["part_unavailable"] };
  for (const [file, codes] of Object.entries(tell)) {
    const page = await context.newPage();
    const wrong = ([address, hash]) => [address, address.startsWith(file) && file !== "core.wasm" ? WRONG : hash];
    const tag = await pinned(house, (hashes) => Object.fromEntries(Object.entries(hashes).map(wrong)));
    // The core knows its module's hash.
    if (file === "core.wasm") await page.route("**/core.wasm*", changed);
    const seen = await open(page, site, tag);
    if (file === "tacit.js") await expect.poll(() => seen.lines.join()).toMatch(/integrity/);
    await expect.poll(() => told(page), file).toEqual(codes);
    expect(await page.evaluate(() => typeof window.tacit)).toBe(file === "tacit.js" ? "undefined" : "object");
    expect(seen.errors).toEqual([]);
  }
});

/** Answers with a valid module all the same: one more section that means nothing. */
async function changed(route) {
  const bytes = await readFile(join(root, `capture-wasm/dist/web/v/${version}/core.wasm`));
  const body = Buffer.concat([bytes, Buffer.from([0, 2, 1, 120])]);
  await route.fulfill({ contentType: "application/wasm", headers: { "access-control-allow-origin": "*" }, body });
}
