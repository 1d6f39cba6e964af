// Pages whose scripts are bundled when they are asked for, with packages that
// other people wrote.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { build } from "esbuild";
import { root } from "../../capture-wasm/build/tools.mjs";
import { OWN, serveOwn } from "./pages.mjs";

/** Serves `page.html` of a folder of this one at `/SCRIPT?…`; `fill(html, query)` puts in what it leaves out. */
export async function serveBundled(house, folder, fill) {
  const place = join(import.meta.dirname, folder);
  const page = async (script, query) => {
    const html = await readFile(join(place, "page.html"), "utf8");
    return fill(html, Object.fromEntries(query)).replace("%SCRIPT%", script);
  };
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://page");
    const script = /^\/scripts\/(\w+)\.js$/.exec(pathname)?.[1];
    try {
      if (pathname.startsWith(OWN)) return await serveOwn(house, request, response, pathname.slice(OWN.length));
      response.setHeader("content-type", script ? "text/javascript" : "text/html; charset=utf-8");
      response.end(script ? await bundle(join(place, script)) : await page(pathname.slice(1), searchParams));
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

/** The package, as npm would publish it. */
const DIST = join(root, "capture-wasm/dist");

const bundles = new Map();

/** Once a run of the tests; the package that is tested is left as it is. */
function bundle(entry) {
  if (!bundles.has(entry)) {
    const setup = (build) =>
      build.onResolve({ filter: /^\.\/index\.js$/ }, ({ resolveDir }) => (resolveDir === DIST ? { path: `${OWN}npm/index.js`, external: true } : undefined));
    const options = {
      entryPoints: [entry],
      bundle: true,
      format: "esm",
      write: false,
      jsx: "automatic",
      plugins: [{ name: "own", setup }],
      // What makes strict mode strict is left out of what is shipped.
      define: { "process.env.NODE_ENV": '"development"' },
    };
    bundles.set(entry, build(options).then(({ outputFiles }) => outputFiles[0].text));
  }
  return bundles.get(entry);
}
