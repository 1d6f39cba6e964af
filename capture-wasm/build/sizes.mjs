// What a visitor downloads, and whether that is within the budget.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

// Bytes as sent, brotli. Before anything is captured, a page loads the core; then the late part.
// That for texts is loaded where an answer is edited or accepted.
const BUDGETS = { loader: 1536, core: 40 * 1024, late: 9.25 * 1024, texts: 22 * 1024 };

/** Prints the table; returns the budgets that are broken. */
export function report(out, version) {
  const web = (file) => measure(out, `web/${file}`);
  const versioned = (file) => web(`v/${version}/${file}`);
  const loader = web("tacit.js");
  const [glue, wasm, late, names, queue, textsGlue, textsWasm] = ["core.js", "core.wasm", "late.js", "names.js", "queue.js", "texts.js", "texts.wasm"].map(versioned);
  const page = [loader, glue, wasm, late];
  const all = [...page, names, queue, textsGlue, textsWasm, measure(out, "index.js"), measure(out, "assign.js")];

  const width = Math.max(...all.map(({ file }) => file.length));
  for (const { file, raw, brotli } of all) {
    console.log(`capture: ${file.padEnd(width)} ${number(raw)} B, brotli ${number(brotli)} B`);
  }
  const sums = {
    loader: ["the loader", loader.brotli],
    core: ["Wasm and glue", glue.brotli + wasm.brotli],
    late: ["the late part", late.brotli],
    texts: ["the part for texts", textsGlue.brotli + textsWasm.brotli],
  };
  const broken = [];
  for (const [part, [name, brotli]] of Object.entries(sums)) {
    console.log(`capture: ${name.padEnd(width)} ${" ".repeat(9)} brotli ${number(brotli)} of ${BUDGETS[part]} B`);
    if (brotli > BUDGETS[part]) broken.push(`${name}: ${brotli} B in brotli, over ${BUDGETS[part]}`);
  }
  const whole = page.reduce((sum, { brotli }) => sum + brotli, 0);
  console.log(`capture: ${"all a page loads".padEnd(width)} ${" ".repeat(9)} brotli ${number(whole)} B`);
  return broken;
}

function measure(out, file) {
  const bytes = readFileSync(join(out, file));
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return {
    file,
    raw: bytes.length,
    brotli: brotliCompressSync(bytes, { params }).length,
  };
}

function number(bytes) {
  return String(bytes).padStart(7);
}
