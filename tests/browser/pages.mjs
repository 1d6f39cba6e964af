// Small pages that stand for other people's sites, each with its own policy.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";

/**
 * Serves `pages/NAME.html` at `/NAME?csp=…&attributes=…`; in it `%SNIPPET%`
 * stands for the script tag, with the attributes given.
 */
export async function servePages(house) {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://page");
    try {
      const isScript = url.pathname.endsWith(".js");
      const file = isScript ? url.pathname : `${url.pathname}.html`;
      const html = await readFile(join(import.meta.dirname, "pages", file), "utf8");
      if (isScript) return response.setHeader("content-type", "text/javascript").end(html);
      const csp = url.searchParams.get("csp");
      response.setHeader("content-type", "text/html; charset=utf-8");
      if (csp) response.setHeader("content-security-policy", csp.replaceAll("%COLLECTOR%", house.url));
      response.end(html.replaceAll("%SNIPPET%", snippet(house, url.searchParams.get("attributes") ?? "")));
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

/** The script tag as a site writes it. */
export function snippet(house, attributes) {
  const fixed = `src="${house.url}/capture/tacit.js" data-key="${house.publishable}" data-endpoint="${house.url}/c"`;
  // Of an attribute that is given twice the first counts.
  return `<script ${attributes} ${fixed} data-flush-after-ms="500" async></script>`;
}
