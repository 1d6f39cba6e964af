// A chat's page as its team would build it.

import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { sources, workshop } from "./install.mjs";

const INLINE = Object.fromEntries([".woff", ".woff2", ".ttf", ".svg", ".png"].map((ending) => [ending, "dataurl"]));

/** Bundles `entry`, as `page.js` and perhaps `page.css`; resolves with their folder. */
export async function bundle(id, entry, packages) {
  // Beside the chat's own packages, which are found before any of this repository's.
  const folder = join(workshop(packages), `page-${id}`);
  const files = readdirSync(sources(id)).filter((name) => /^page\.|\.(jsx?|css)$/.test(name));
  for (const file of files) cpSync(join(sources(id), file), join(folder, "src", file));
  await build({
    entryPoints: { page: join(folder, "src", entry) },
    outdir: join(folder, "www"),
    bundle: true,
    format: "iife",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
    alias: { model: join(import.meta.dirname, "page/model.js") },
    loader: INLINE,
    logLevel: "error",
  });
  return join(folder, "www");
}
