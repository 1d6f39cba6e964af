// What a visitor downloads before anything is watched: Tacit as it is served, the peers as a site
// would bundle them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { root } from "../../../capture-wasm/build/tools.mjs";
import { PEERS, peerScripts } from "../peers/peers.mjs";

const WEB = join(root, "capture-wasm/dist/web");
const { version } = JSON.parse(readFileSync(join(root, "capture-wasm/package.json"), "utf8"));
/** What every page loads, and what only some do. */
const PAGE = ["tacit.js", ...["core.js", "core.wasm", "late.js"].map((file) => `v/${version}/${file}`)];
const EDITED = ["texts.js", "texts.wasm"].map((file) => `v/${version}/${file}`);

const LIMIT = "0: a script in the page itself";

export const tables = [
  {
    name: "bundle",
    title: "Bundle",
    about:
      "Bytes that a page loads before anything is watched, minified. Tacit's are separate files, each compressed on its own as it is served; a page on which answers are edited loads one part more. The peers are bundled by esbuild with what they are set up with here.",
    measures: [
      { key: "brotli", what: "as loaded, brotli 11", unit: "B", limit: LIMIT, budget: 40_000 },
      { key: "gzip", what: "as loaded, gzip 9", unit: "B", limit: LIMIT },
      { key: "raw", what: "as parsed and compiled, not compressed", unit: "B", limit: LIMIT },
    ],
    plot: { measure: "brotli", title: "Brotli bytes a page loads" },
  },
];
export const options = {};

export async function run() {
  const read = (files) => files.map((file) => readFileSync(join(WEB, file)));
  const scripts = await peerScripts();
  return [
    [
      { name: "tacit", note: version, values: sizes(read(PAGE)) },
      { name: "tacit, edits too", note: "with what a page loads once an answer is edited", values: sizes(read([...PAGE, ...EDITED])) },
      ...PEERS.map(({ name, package: named, version, setUp }) => ({ name, note: `${named} ${version}: ${setUp}`, values: sizes([scripts.get(name)]) })),
    ],
  ];
}

function sizes(files) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  const sum = (measure) => files.reduce((sum, bytes) => sum + measure(bytes), 0);
  return {
    raw: sum((bytes) => bytes.length),
    gzip: sum((bytes) => gzipSync(bytes, { level: 9 }).length),
    brotli: sum((bytes) => brotliCompressSync(bytes, { params }).length),
  };
}
