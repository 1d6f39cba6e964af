// A chat whose answers are edited in somebody else's editor: the pages of
// `editors/`, bundled when they are asked for.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { build } from "esbuild";
import { snippet } from "./pages.mjs";

const FOLDER = join(import.meta.dirname, "editors");

/** Serves `/KIND?…` with the script that opens the editor of that kind. */
export async function serveEditors(house) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://page");
    const script = /^\/editors\/(\w+)\.js$/.exec(pathname)?.[1];
    try {
      response.setHeader("content-type", script ? "text/javascript" : "text/html; charset=utf-8");
      response.end(script ? await bundle(script) : await page(house, pathname.slice(1)));
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  await new Promise((resolve) => server.listen(house.pagesPort, "127.0.0.1", resolve));
  return {
    url: (script, query = {}) => `http://127.0.0.1:${house.pagesPort}/${script}?${new URLSearchParams(query)}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

async function page(house, script) {
  const html = await readFile(join(FOLDER, "page.html"), "utf8");
  return html.replace("%SNIPPET%", snippet(house, "")).replace("%SCRIPT%", script);
}

const bundles = new Map();

/** Once a run of the tests. */
function bundle(script) {
  if (!bundles.has(script)) {
    const options = { entryPoints: [join(FOLDER, `${script}.js`)], bundle: true, format: "esm", write: false };
    bundles.set(script, build(options).then(({ outputFiles }) => outputFiles[0].text));
  }
  return bundles.get(script);
}
