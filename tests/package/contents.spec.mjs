// What is in the tarball, what a bundler leaves out of an app that does not use it,
// and what npm's own judges say.

import { writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { expect, test } from "@playwright/test";
import { build } from "esbuild";
import { root, run } from "../../capture-wasm/build/tools.mjs";
import { appFolder, tarball, workshop } from "./workshop.mjs";

const installed = join(workshop, "node_modules/tacit-capture");
const bin = (name) => join(workshop, "node_modules/.bin", name);

test("the tarball holds what the manifest names and little else, under names that blockers do not know", async () => {
  const { version } = JSON.parse(await readFile(join(root, "capture-wasm/package.json"), "utf8"));
  const files = (await readdir(installed, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(installed.length + 1));
  const entries = ["index", "react", "vue", "svelte", "assign"].flatMap((name) => [`${name}.js`, `${name}.d.ts`]);
  const loaded = ["core.js", "core.wasm", "late.js", "names.js", "queue.js", "texts.js", "texts.wasm"];
  const versioned = [...loaded, "tacit.js"].flatMap((file) => [file, `${file}.br`]);
  const expected = [
    ...["README.md", "package.json", "dist/LICENSE", "dist/web/tacit.js", "dist/web/tacit.js.br"],
    ...[...entries, ...loaded].map((file) => `dist/${file}`),
    ...[...versioned, "integrity.json"].map((file) => `dist/web/v/${version}/${file}`),
  ];
  expect(files.sort()).toEqual(expected.sort());
  for (const file of files) expect(file).not.toMatch(/track|event|stats|analytics|beacon|collect/i);
});

/** What esbuild makes of a module that says this, in bytes. */
async function bundled(code) {
  const folder = appFolder("shaken", { "package.json": "{}", "main.js": code });
  const external = ["react", "vue"];
  const result = await build({
    entryPoints: [join(folder, "main.js")],
    ...{ bundle: true, minify: true, splitting: true, format: "esm", outdir: join(folder, "dist"), write: false, external, logLevel: "silent" },
  });
  return Object.fromEntries(result.outputFiles.map(({ path, contents }) => [path.split("/").pop(), contents]));
}

test("what is not used is not in an app", async () => {
  for (const entry of ["", "/react", "/vue", "/svelte", "/assign"]) {
    // Chunks are written although nothing asks for them: esbuild parses before it shakes.
    const { "main.js": main } = await bundled(`import "tacit-capture${entry}";`);
    expect({ entry, left: Buffer.from(main).toString().trim() }).toEqual({ entry, left: "" });
  }
  const { "main.js": assign, ...others } = await bundled(`import { assign } from "tacit-capture/assign"; console.log(assign);`);
  expect(Object.keys(others)).toEqual([]);
  expect(brotliCompressSync(assign).length).toBeLessThan(1024);
  // Only the loader is in the way of the app's first paint.
  const all = await bundled(`import { start } from "tacit-capture"; start({ key: "pk_x" });`);
  expect(Object.keys(all).map((name) => name.split("-")[0]).sort()).toEqual(["core", "late", "main.js", "names", "queue", "texts"]);
  expect(brotliCompressSync(all["main.js"]).length).toBeLessThan(1536);
});

test("every entry can be imported where there is no browser @full", async () => {
  const entries = ["", "/react", "/vue", "/svelte", "/assign"].map((entry) => `tacit-capture${entry}`);
  const folder = appFolder("server", {
    "package.json": '{"type":"module"}',
    "main.js": `const all = await Promise.all(${JSON.stringify(entries)}.map((entry) => import(entry)));
const handle = all[0].start({ key: "pk_x" });
handle.signal("o-1", "accepted");
await handle.flush();
console.log(all.map((module) => Object.keys(module).sort().join()).join(" "));`,
  });
  const said = await run(process.execPath, ["main.js"], { cwd: folder });
  expect(said.trim()).toBe("start TacitProvider,useOutput,useTacit TacitPlugin,useTacit capture,output,tacit assign");
});

test("publint and attw have nothing to say @full", async () => {
  expect(await run(bin("publint"), ["run", installed, "--strict"])).toContain("All good!");
  // It is ES modules only, so `require` of an old Node is the one thing that is passed over.
  await run(bin("attw"), [tarball, "--ignore-rules", "cjs-resolves-to-esm", "--exclude-entrypoints", "core.wasm", "texts.wasm"]);
});

test("the wrappers' typings hold what they promise, and refuse what is wrong @full", async () => {
  const folder = appFolder("types", {
    "package.json": '{"type":"module"}',
    "tsconfig.json": JSON.stringify({
      compilerOptions: { strict: true, noEmit: true, target: "es2022", module: "nodenext", lib: ["es2022", "dom"], jsx: "react-jsx", types: [], skipLibCheck: true },
      files: ["react.tsx", "vue.ts", "svelte.ts"],
    }),
  });
  writeFileSync(
    join(folder, "react.tsx"),
    `import { TacitProvider, useOutput, useTacit } from "tacit-capture/react";
export function Answer({ id }: { id: string }) {
  const tacit = useTacit();
  tacit.signal(id, "rated", { value: 1 });
  // @ts-expect-error: a rating has a value
  tacit.signal(id, "rated");
  // @ts-expect-error: an output has an id
  useOutput({ turn: 1 });
  return <TacitProvider options={{ key: "pk_x", sample: 0.5 }}><div ref={useOutput({ id })} /></TacitProvider>;
}
// @ts-expect-error: a key is required
export const wrong = <TacitProvider options={{}} />;
`,
  );
  writeFileSync(
    join(folder, "vue.ts"),
    `import { createApp } from "vue";
import { TacitPlugin, useTacit } from "tacit-capture/vue";
createApp({}).use(TacitPlugin, { key: "pk_x" });
// @ts-expect-error: a key is required
createApp({}).use(TacitPlugin, { endpoint: "/c" });
useTacit().consent("denied");
`,
  );
  writeFileSync(
    join(folder, "svelte.ts"),
    `import { capture, output, tacit } from "tacit-capture/svelte";
const end: () => void = capture({ key: "pk_x" });
const unsubscribe = tacit.subscribe((handle) => handle.signal("o-1", "accepted"));
output(document.body, { id: "o-1" }).update({ id: "o-2" });
// @ts-expect-error: an output has an id
output(document.body, {});
end();
unsubscribe();
`,
  );
  await run(join(root, "node_modules/.bin/tsc"), ["--project", folder]);
});
