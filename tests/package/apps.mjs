// Each app: the document's code, the little that it leaves to the reader, and how
// it is built. All show the same two answers.

import { cpSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../capture-wasm/build/tools.mjs";
import { filesOf } from "./document.mjs";
import { appFolder, workshop } from "./workshop.mjs";

export const TEXTS = {
  "o-1": "The canary sings in the mine, and the miners listen to it all day long.",
  "o-2": "When it falls silent, everybody leaves the mine at once without asking why.",
};
export const BASE = "/sub/app/";

const answers = JSON.stringify(Object.entries(TEXTS).map(([id, text]) => ({ id, conversation: "c-1", text })));
const markup = Object.entries(TEXTS).map(([id, text]) => `<div data-ai-output="${id}" data-ai-conversation="c-1">${text}</div>`);
const page = (script, body = '<div id="app"></div>') =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>App</title><body>${body}${script}</body></html>`;
const order = `
tacit.signal("o-1", "converted", { name: "early" });
document.querySelector("#order").onclick = () => tacit.signal("o-1", "converted", { name: "order" });
`;
const manifest = JSON.stringify({ private: true, type: "module" });
const plainBody = `${markup.join("")}<button id="order">Order</button>`;

/** The app without a framework, whose main module calls the handle at once. */
function plain(house) {
  const { "src/main.js": main, ...files } = filesOf("npm", house);
  return { "package.json": manifest, "src/main.js": main + order, ...files };
}

const vitePlugin = (plugin) => `import plugin from "${plugin[0]}";\nexport default { base: "${BASE}", plugins: [plugin${plugin[1] ?? ""}] };\n`;
const vue = `<script setup>
import Answer from "./Answer.vue";
const answers = ${answers};
</script>
<template><Answer v-for="answer in answers" :key="answer.id" v-bind="answer" /></template>
`;
export const reactApp = `import { Answer } from "./Answer.jsx";
const answers = ${answers};
export const App = () => answers.map((answer) => <Answer key={answer.id} {...answer} />);
`;

const bin = (name) => join(workshop, "node_modules/.bin", name);
const env = { NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" };
/** Not by its name: Vite 7 is there too. */
const viteOf = join(workshop, "node_modules/vite/bin/vite.js");
const vite = (folder) => run(process.execPath, [viteOf, "build", "--base", BASE, "--logLevel", "warn"], { cwd: folder, env });

/** By name: `files(house)`, `build(folder)`, and the folder of what was built. */
export const APPS = {
  esbuild: {
    files: (house) => ({ ...plain(house), "index.html": page('<script type="module" src="main.js"></script>', plainBody) }),
    async build(folder) {
      await run(process.execPath, ["build.mjs"], { cwd: folder });
      cpSync(join(folder, "index.html"), join(folder, "dist/index.html"));
    },
  },
  vite: {
    files: (house) => ({ ...plain(house), "index.html": page('<script type="module" src="./src/main.js"></script>', plainBody) }),
    build: vite,
  },
  webpack: {
    files: (house) => ({
      ...plain(house),
      "src/index.js": 'import "./main.js";\n',
      "index.html": page('<script src="main.js"></script>', plainBody),
    }),
    async build(folder) {
      await run(bin("webpack"), ["--mode", "production"], { cwd: folder, env });
      cpSync(join(folder, "index.html"), join(folder, "dist/index.html"));
    },
  },
  react: {
    files: (house) => ({
      "package.json": manifest,
      ...filesOf("React", house),
      "src/App.jsx": reactApp,
      "index.html": page('<script type="module" src="./src/main.jsx"></script>'),
      "vite.config.js": vitePlugin(["@vitejs/plugin-react", "()"]),
    }),
    build: vite,
  },
  vue: {
    files: (house) => ({
      "package.json": manifest,
      ...filesOf("Vue", house),
      "src/App.vue": vue,
      "index.html": page('<script type="module" src="./src/main.js"></script>'),
      "vite.config.js": vitePlugin(["@vitejs/plugin-vue", "()"]),
    }),
    build: vite,
  },
  svelte: {
    files: (house) => ({
      "package.json": manifest,
      ...filesOf("Svelte", house),
      "src/main.js": `import { mount, unmount } from "svelte";\nimport App from "./App.svelte";\nwindow.end = () => unmount(app);\nconst app = mount(App, { target: document.querySelector("#app"), props: { answers: ${answers} } });\n`,
      "index.html": page('<script type="module" src="./src/main.js"></script>'),
      "vite.config.js": `import { svelte } from "@sveltejs/vite-plugin-svelte";\nexport default { plugins: [svelte()] };\n`,
    }),
    build: vite,
  },
  next: {
    files: (house) => ({
      "package.json": manifest,
      ...filesOf("Next.js", house),
      "app/Answer.jsx": filesOf("React", house)["src/Answer.jsx"],
      "app/page.jsx": `${reactApp.replace("export const App =", "export default () =>").replace("() => () =>", "() =>")}`,
      "next.config.mjs": `export default { basePath: "${BASE.slice(0, -1)}", turbopack: { root: ${JSON.stringify(workshop)} } };\n`,
    }),
    build: (folder) => run(bin("next"), ["build"], { cwd: folder, env }),
  },
};

/** Builds an app for this collector; the folder it lies in. */
export async function make(name, house) {
  const app = APPS[name];
  const folder = appFolder(name, app.files(house));
  await app.build(folder);
  return folder;
}
