// A chat's page as its team would build it.

import { statSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { sources, workshop } from "./install.mjs";

const INLINE = Object.fromEntries([".woff", ".woff2", ".ttf", ".svg", ".png", ".jpg", ".gif"].map((ending) => [ending, "dataurl"]));

/** Bundles `entry`, as `page.js` and perhaps `page.css`; resolves with their folder. */
export async function bundle(id, entry, packages) {
  const www = join(workshop(packages), `page-${id}`);
  await build({
    entryPoints: { page: join(sources(id), entry) },
    outdir: www,
    bundle: true,
    format: "iife",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
    loader: INLINE,
    logLevel: "error",
    plugins: [packagesOf(workshop(packages))],
  });
  return www;
}

/** What a page imports by name comes from the chat's own packages, never from this repository's. */
function packagesOf(folder) {
  const ours = sources(".");
  return {
    name: "packages of the chat",
    setup(build) {
      build.onResolve({ filter: /^model$/ }, () => ({ path: join(import.meta.dirname, "page/model.js") }));
      build.onResolve({ filter: /^[^./]/ }, ({ path, kind, importer, pluginData }) => {
        if (pluginData === folder || !importer.startsWith(ours)) return;
        // A bundle that is meant for a script tag, which its package may not export.
        const file = join(folder, "node_modules", path);
        if (statSync(file, { throwIfNoEntry: false })?.isFile()) return { path: file };
        return build.resolve(path, { kind, resolveDir: folder, pluginData: folder });
      });
    },
  };
}
