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

export const title = "Bundle";
export const about =
  "Bytes before anything is watched, minified; brotli 11, gzip 9. The limit is nothing: an inline listener. Tacit's are separate files, each compressed on its own as it is served; a page on which answers are edited loads one part more.";
export const columns = [
  { name: "raw", unit: "B" },
  { name: "gzip", unit: "B" },
  { name: "brotli", unit: "B" },
  { name: "brotli, × Tacit", unit: "×" },
];
export const plot = { column: 2, title: "Brotli bytes a page loads" };

export async function run() {
  const read = (files) => files.map((file) => readFileSync(join(WEB, file)));
  const tacit = sizes(read(PAGE));
  const scripts = await peerScripts();
  const row = (name, note, [raw, gzip, brotli]) => ({ name, note, values: [raw, gzip, brotli, brotli / tacit[2]] });
  return [
    row("tacit", version, tacit),
    row("tacit, with edited text", version, sizes(read([...PAGE, ...EDITED]))),
    ...PEERS.map(({ name, version, setUp }) => row(name, `${version}: ${setUp}`, sizes([scripts.get(name)]))),
  ];
}

function sizes(files) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  const sum = (measure) => files.reduce((sum, bytes) => sum + measure(bytes), 0);
  return [
    sum((bytes) => bytes.length),
    sum((bytes) => gzipSync(bytes, { level: 9 }).length),
    sum((bytes) => brotliCompressSync(bytes, { params }).length),
  ];
}
