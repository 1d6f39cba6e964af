// Small pages that stand for other people's sites, each with its own policy.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { Readable } from "node:stream";
import { root } from "../../capture-wasm/build/tools.mjs";

/**
 * Serves `pages/NAME.html` at `/NAME?csp=…&attributes=…`; in it `%SNIPPET%`
 * stands for `head=…` and the script tag, with the attributes given. With
 * `own=/own/NAME.js` the site hosts the package itself, the loader under any name,
 * and passes on what is sent to `/own/in`.
 */
export async function servePages(house) {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://page");
    try {
      if (url.pathname.startsWith(OWN)) return await serveOwn(house, request, response, url.pathname.slice(OWN.length));
      const isScript = url.pathname.endsWith(".js");
      const file = isScript ? url.pathname : `${url.pathname}.html`;
      const html = await readFile(join(import.meta.dirname, "pages", file), "utf8");
      if (isScript) return response.setHeader("content-type", "text/javascript").end(html);
      const csp = url.searchParams.get("csp");
      response.setHeader("content-type", "text/html; charset=utf-8");
      if (csp) response.setHeader("content-security-policy", csp.replaceAll("%COLLECTOR%", house.url));
      const { attributes = "", head = "", own } = Object.fromEntries(url.searchParams);
      response.end(html.replaceAll("%SNIPPET%", head + snippet(house, attributes, own)));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(house.pagesPort, "127.0.0.1", resolve));
  return {
    url: (name, query = {}) => `http://127.0.0.1:${house.pagesPort}/${name}?${new URLSearchParams(query)}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Where a site that hosts the package itself has put it. */
export const OWN = "/own/";

const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm" };

export async function serveOwn(house, request, response, path) {
  if (request.method === "POST") {
    const headers = { "content-type": request.headers["content-type"] ?? "" };
    const passed = await fetch(`${house.url}/c`, { method: "POST", headers, body: Readable.toWeb(request), duplex: "half" });
    return response.writeHead(passed.status).end();
  }
  // The files for bundlers are modules as well.
  const file = path.startsWith("npm/") ? path.replace("npm", "..") : path.startsWith("v/") ? path : "tacit.js";
  const bytes = await readFile(join(root, "capture-wasm/dist/web", file));
  response.writeHead(200, { "content-type": TYPES[extname(file)] }).end(bytes);
}

/** The script tag as a site writes it. */
export function snippet(house, attributes, own) {
  const [script, endpoint] = own ? [own, `${OWN}in`] : [`${house.url}/capture/tacit.js`, `${house.url}/c`];
  const fixed = `src="${script}" data-key="${house.publishable}" data-endpoint="${endpoint}"`;
  // Of an attribute that is given twice the first counts.
  return `<script ${attributes} ${fixed} data-flush-after-ms="500" async></script>`;
}
