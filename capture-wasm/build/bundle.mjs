// node bundle.mjs GLUE OUT VERSION: wasm-bindgen's output and js/ → the files
// of the package, in OUT. Called by the builder, which publishes them.

import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";
import { integrity } from "./integrity.mjs";
import { report } from "./sizes.mjs";

// The last says what to do when the module is over its budget: "fail" or "warn".
const [glue, out, crateVersion, whenOver] = process.argv.slice(2);
const capture = resolve(import.meta.dirname, "..");
const js = join(capture, "js");
const manifest = JSON.parse(readFileSync(join(capture, "package.json"), "utf8"));
const { version, license } = manifest;

if (version !== crateVersion) {
  fail(`package.json says version ${version}, Cargo.toml says ${crateVersion}: make them the same`);
}

const common = {
  bundle: true,
  minify: true,
  // What has the Wasm features that the compiler uses has all of these.
  target: ["chrome96", "firefox79", "safari15"],
  legalComments: "none",
  banner: { js: `/*! tacit-capture ${version} | ${license} */` },
  logLevel: "warning",
  // wasm-bindgen lists a snippet once for every function it imports from it.
  logOverride: { "duplicate-object-key": "silent" },
};

// wasm-bindgen copies what the module imports of js/ beside its glue. The bundle
// must hold one copy only: the guard's state is shared between Wasm and core.js.
const oneCopy = {
  name: "one-copy",
  setup(build) {
    build.onResolve({ filter: /\/snippets\/.*\/js\/\w+\.js$/ }, ({ path }) => ({ path: join(js, basename(path)) }));
  },
};

// The builder shortened the names by which module and glue know each other; in
// the glue they are properties, which esbuild can rename.
const names = readFileSync(join(glue, "names.tsv"), "utf8").trimEnd().split("\n");
const shorter = Object.fromEntries(names.map((line) => line.split("\t")));
const literally = (name) => name.replace(/[^\w]/g, "\\$&");

// The core: glue, shell and the guarded way in.
const wasm = join(out, "core.wasm");
mkdirSync(out, { recursive: true });
cpSync(join(glue, "tacit_capture_bg.wasm"), wasm);
await build({
  ...common,
  entryPoints: [join(js, "core.js")],
  outfile: join(out, "core.js"),
  format: "esm",
  alias: { "tacit-glue": join(resolve(glue), "tacit_capture.js") },
  inject: [join(js, "timers.js")],
  plugins: [oneCopy],
  external: ["./late.js"],
  mangleProps: new RegExp(`^(?:${Object.keys(shorter).map(literally).join("|")})$`),
  mangleQuoted: true,
  mangleCache: shorter,
});

// esbuild lists the exports of a module by `for in`, where a page's own enumerable
// properties of Object.prototype turn up as well, and then it throws.
const built = readFileSync(join(out, "core.js"), "utf8");
const listed = built.replace(/for\((var|let) (\w+) in (\w+)\)(\w+\(\w+,\2,\{get:\3\[\2\])/, "for($1 $2 of Object.keys($3))$4");
if (listed === built) fail("esbuild's output is not as it was: how does it list exports now?");
writeFileSync(join(out, "core.js"), listed);

// Whether module and glue still know each other; it throws if not.
const core = await import(pathToFileURL(join(out, "core.js")));
await core.load(`data:application/wasm;base64,${readFileSync(wasm, "base64")}`);

// What is loaded when the core runs. What it shares with that stands in variables.
const { shared } = await import(pathToFileURL(join(js, "shared.js")));
const variables = Object.keys(shared()).join(", ");
const fromCore = {
  name: "from-core",
  setup(build) {
    const filter = /\/js\/(?:controls|reading|shared|find\/tree)\.js$/;
    const found = { path: "core", namespace: "shared" };
    build.onResolve({ filter: /^\./ }, ({ path, resolveDir }) => (filter.test(join(resolveDir, path)) ? found : undefined));
    build.onLoad({ filter: /^/, namespace: "shared" }, () => ({
      contents: `export let ${variables}; export const share = (all) => void ({ ${variables} } = all);`,
    }));
  },
};
await build({
  ...common,
  entryPoints: [join(js, "late.js")],
  outfile: join(out, "late.js"),
  format: "esm",
  charset: "utf8",
  plugins: [fromCore],
  external: ["./names.js"],
});
// Nothing may use what is shared before it is there.
const late = await import(pathToFileURL(join(out, "late.js")));
late.share(shared());
late.decode(10, Uint8Array.of(1, 2));

// What controls are called in other languages: loaded when a page may need it.
await build({
  ...common,
  entryPoints: [join(js, "names.js")],
  outfile: join(out, "names.js"),
  format: "esm",
  charset: "utf8",
});

// For bundlers.
await build({
  ...common,
  entryPoints: [join(js, "index.js")],
  outfile: join(out, "index.js"),
  format: "esm",
  external: ["./core.js"],
});
cpSync(join(js, "index.d.ts"), join(out, "index.d.ts"));

// Thin layers for frameworks around that same entry.
const fromIndex = {
  name: "from-index",
  setup(build) {
    build.onResolve({ filter: /^\.\.\/index\.js$/ }, () => ({ path: "./index.js", external: true }));
  },
};
for (const framework of ["react", "vue", "svelte"]) {
  // React's is a client's part of an app that is rendered on a server.
  const directive = framework === "react" ? '"use client";\n' : "";
  await build({
    ...common,
    banner: { js: directive + common.banner.js },
    entryPoints: [join(js, `wrappers/${framework}.js`)],
    outfile: join(out, `${framework}.js`),
    format: "esm",
    external: [framework],
    plugins: [fromIndex],
  });
  cpSync(join(js, `wrappers/${framework}.d.ts`), join(out, `${framework}.d.ts`));
}

// An entry of its own, which capture knows nothing of.
await build({
  ...common,
  entryPoints: [join(js, "assign.js")],
  outfile: join(out, "assign.js"),
  format: "esm",
});
cpSync(join(js, "assign.d.ts"), join(out, "assign.d.ts"));

cpSync(join(capture, "..", "LICENSE"), join(out, "LICENSE"));

// For the script tag: the same core, under a name that may be cached for ever.
// The query tells builds of one version apart while it is being developed.
const versioned = join(out, "web", "v", version);
mkdirSync(versioned, { recursive: true });
const files = ["core.js", "core.wasm", "late.js", "names.js"];
for (const file of files) {
  cpSync(join(out, file), join(versioned, file));
}
// The part belongs to its core: the same query. And so does the module: whoever checks
// the core's integrity has checked the module's.
const plain = readFileSync(join(versioned, "core.js"), "utf8");
const query = hashOf(versioned);
const digest = createHash("sha256").update(readFileSync(wasm)).digest("base64");
const paired = plain.replace('"./late.js"', `"./late.js?${query}"`);
const told = paired.replace('integrity:""', `integrity:"sha256-${digest}"`);
if (paired === plain || told === paired) fail("esbuild's output is not as it was: how does it name late.js and core.wasm now?");
writeFileSync(join(versioned, "core.js"), told);
// The loader twice: the one that pages name, and one that stands by its core for ever.
for (const [file, place] of [["tacit.js", `v/${version}/`], [`v/${version}/tacit.js`, ""]]) {
  await build({
    ...common,
    entryPoints: [join(js, "tacit.js")],
    outfile: join(out, "web", file),
    format: "iife",
    define: { CORE: JSON.stringify(place), BUILD: JSON.stringify(query) },
  });
}

// As the collector sends them, if a browser takes that.
for (const file of readdirSync(join(out, "web"), { recursive: true })) {
  if (!/\.(js|wasm)$/.test(file)) continue;
  const path = join(out, "web", file);
  writeFileSync(`${path}.br`, brotliCompressSync(readFileSync(path)));
}

const over = report(out, version);
const addresses = ["tacit.js", `core.js?${query}`, `core.wasm?${query}`, `late.js?${query}`, "names.js"];
for (const line of integrity(versioned, addresses)) console.log(`capture: v/${version}/${line}`);
if (over.length > 0 && whenOver === "fail") fail(over.join("\n"));
for (const line of over) console.warn(`capture: over budget: ${line}`);

function hashOf(folder) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(join(folder, file)));
  return hash.digest("hex").slice(0, 8);
}

function fail(message) {
  console.error(`capture: ${message}`);
  process.exit(1);
}
