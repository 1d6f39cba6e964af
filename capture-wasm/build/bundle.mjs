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
function shorter(stem) {
  const names = Object.entries(namesOf(stem)).filter(([name]) => !name.includes("#"));
  const literally = ([name]) => name.replace(/[^\w]/g, "\\$&");
  const mangleProps = new RegExp(`^(?:${names.map(literally).join("|")})$`);
  return { mangleProps, mangleQuoted: true, mangleCache: Object.fromEntries(names) };
}

function namesOf(stem) {
  const lines = readFileSync(join(glue, stem, "names.tsv"), "utf8").trimEnd().split("\n");
  return Object.fromEntries(lines.map((line) => line.split("\t")));
}

/** Parts of wasm-bindgen's glue that nothing here needs, with what stands for them. */
const NEEDLESS = [
  // A failed allocation is a trap, which ends the module: nothing has to be freed.
  [/try \{\n((?:(?!\btry\b)[^])*?)\n *\} catch \(e\) \{\n(?: *if \(ptr\d+\) .*\n)+ *throw e;\n *\}/g, "$1", "owned arguments are freed after an error"],
  [/ *if \(realloc === undefined\) \{[^]*?\n    \}\n/, "", "text is passed on without realloc"],
  [/(cached\w+Memory0) === null \|\| \1\.buffer\.detached === true .*?(?=\) \{\n)/g, "$1?.buffer !== wasm.memory.buffer", "memory that grew is known"],
  // One way in is used, with a compiled module, once.
  [/function initSync\(module\) \{[^]*?\n\}\n/, "function initSync({ module }) {\n  wasm = new WebAssembly.Instance(module, __wbg_get_imports()).exports;\n  wasm.__wbindgen_start();\n}\n", "a module is instantiated"],
];

// What the module imports straight from a file of js/: wasm-bindgen hands it all that
// the file exports, by long names. Here it gets what it asks for, by the short ones.
const fewer = {
  name: "fewer",
  setup(build) {
    build.onLoad({ filter: /tacit_capture(_texts)?\.js$/ }, ({ path }) => {
      let glue = readFileSync(path, "utf8");
      for (const [needless, instead, what] of NEEDLESS) {
        const without = glue.replace(needless, instead);
        if (without === glue) fail(`wasm-bindgen's output is not as it was: how is it now that ${what}?`);
        glue = without;
      }
      if (path.endsWith("_texts.js")) return { contents: glue };
      const wanted = new Map();
      for (const [name, short] of Object.entries(namesOf("tacit_capture"))) {
        const [file, own] = name.split("#");
        if (own) wanted.set(file, [...(wanted.get(file) ?? []), [own, short]]);
      }
      let text = glue.replace(/^import \* as import\d+ from .*$/gm, "");
      let imports = "";
      for (const [place, [file, pairs]] of [...wanted].entries()) {
        imports += `import { ${pairs.map(([own]) => `${own} as of${place}_${own}`)} } from "${file}";\n`;
        const object = `{ ${pairs.map(([own, short]) => `${short}: of${place}_${own}`)} }`;
        text = text.replace(new RegExp(`"${file}": import\\d+,`), `"${file}": ${object},`);
      }
      text = text.replace(/^ *"\.\/snippets\/[^"]*": import\d+,$/gm, "");
      return { contents: imports + text };
    });
  },
};
const glueOf = (stem) => join(resolve(glue), stem, `${stem}.js`);

// The core: glue, shell and the guarded way in.
mkdirSync(out, { recursive: true });
const [wasm, textsWasm] = ["core.wasm", "texts.wasm"].map((file) => join(out, file));
cpSync(join(glue, "tacit_capture/tacit_capture_bg.wasm"), wasm);
cpSync(join(glue, "tacit_capture_texts/tacit_capture_texts_bg.wasm"), textsWasm);
await build({
  ...common,
  entryPoints: [join(js, "core.js")],
  outfile: join(out, "core.js"),
  format: "esm",
  alias: { "tacit-glue": glueOf("tacit_capture") },
  inject: [join(js, "timers.js")],
  plugins: [oneCopy, fewer],
  external: ["./late.js", "./texts.js"],
  ...shorter("tacit_capture"),
});

// Whether module and glue still know each other; it throws if not.
const core = await import(pathToFileURL(join(out, "core.js")));
await core.load(`data:application/wasm;base64,${readFileSync(wasm, "base64")}`);

// What is loaded when the core runs. What it shares with that stands in variables.
const { shared } = await import(pathToFileURL(join(js, "shared.js")));
const variables = Object.keys(shared()).join(", ");
const fromCore = {
  name: "from-core",
  setup(build) {
    const filter = /\/js\/(?:attach|compile|controls|reading|redact|send|shared|storage|timers|find\/tree)\.js$/;
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
  external: ["./names.js", "./queue.js"],
});
// Nothing may use what is shared before it is there.
const late = await import(pathToFileURL(join(out, "late.js")));
late.share(shared());
late.decode(10, Uint8Array.of(1, 2));

// What is loaded where text is edited or accepted.
await build({
  ...common,
  entryPoints: [join(js, "texts.js")],
  outfile: join(out, "texts.js"),
  format: "esm",
  alias: { "tacit-texts-glue": glueOf("tacit_capture_texts") },
  plugins: [fromCore, fewer],
  ...shorter("tacit_capture_texts"),
});
const texts = await import(pathToFileURL(join(out, "texts.js")));
const bytes = readFileSync(textsWasm);
await texts.share({ ...shared(), compile: () => new WebAssembly.Module(bytes) });

// What controls are called in other languages: loaded when a page may need it.
await build({
  ...common,
  entryPoints: [join(js, "names.js")],
  outfile: join(out, "names.js"),
  format: "esm",
  charset: "utf8",
});

// What pages need that may keep signals on the device.
await build({
  ...common,
  entryPoints: [join(js, "queue.js")],
  outfile: join(out, "queue.js"),
  format: "esm",
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
const files = ["core.js", "core.wasm", "late.js", "names.js", "queue.js", "texts.js", "texts.wasm"];
for (const file of files) {
  cpSync(join(out, file), join(versioned, file));
}
// The parts belong to their core: the same query. And so do the modules: whoever checks
// the integrity of a script has checked its module's.
const query = hashOf(versioned);
const digest = (file) => createHash("sha256").update(readFileSync(join(out, file))).digest("base64");
for (const [file, ...changes] of [
  ["core.js", ['"./late.js"', `"./late.js?${query}"`], ['"./texts.js"', `"./texts.js?${query}"`], ['integrity:""', `integrity:"sha256-${digest("core.wasm")}"`]],
  ["late.js", ...["names.js", "queue.js"].map((file) => [`"./${file}"`, `"./${file}?${query}"`])],
  ["texts.js", ['"./texts.wasm"', `"./texts.wasm?${query}"`], ['integrity:""', `integrity:"sha256-${digest("texts.wasm")}"`]],
]) {
  let text = readFileSync(join(versioned, file), "utf8");
  for (const [plain, told] of changes) {
    if (!text.includes(plain)) fail(`esbuild's output is not as it was: where is ${plain} in ${file} now?`);
    text = text.replace(plain, told);
  }
  writeFileSync(join(versioned, file), text);
}
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
const addresses = ["tacit.js", ...files.map((file) => `${file}?${query}`)];
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
