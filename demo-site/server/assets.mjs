// The files of the page. Their names are listed once at start and a request can only name one of
// those, so no path from outside ever reaches the file system.

import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";

const PUBLIC = new URL("../public/", import.meta.url);

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

const ASSETS = new Map([
  ...readdirSync(PUBLIC, { recursive: true })
    .filter((name) => extname(name) in TYPES && name !== "index.html")
    .map((name) => [`/${name}`, new URL(name, PUBLIC)]),
  ["/vendor/marked.js", new URL(import.meta.resolve("marked"))],
  ["/vendor/dompurify.js", new URL(import.meta.resolve("dompurify"))],
  ["/vendor/quill.js", new URL("dist/quill.js", import.meta.resolve("quill"))],
  ["/vendor/quill.css", new URL("dist/quill.core.css", import.meta.resolve("quill"))],
  ["/vendor/turndown.js", new URL("turndown.browser.es.js", import.meta.resolve("turndown"))],
  ["/vendor/minisearch.js", new URL(import.meta.resolve("minisearch"))],
]);

/** Answers the request and says so, or leaves it to the next. */
export async function asset(req, res, path) {
  const file = ASSETS.get(path);
  if (!file) return false;
  const body = await readFile(file);
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  const headers = { etag, "cache-control": "no-cache" };
  if (req.headers["if-none-match"] === etag) {
    res.writeHead(304, headers).end();
  } else {
    const type = TYPES[extname(path)];
    res.writeHead(200, { ...headers, "content-type": type, "content-length": body.length });
    res.end(req.method === "HEAD" ? undefined : body);
  }
  return true;
}
