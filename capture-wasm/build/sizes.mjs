// What a visitor downloads, and whether that is within the budget.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

// Bytes as sent, brotli.
const BUDGETS = { core: Number(process.env.TACIT_CAPTURE_BUDGET ?? 40 * 1024), loader: 1536 };

/** Prints the table and the integrity hashes; returns the budgets that are broken. */
export function report(out, version) {
  const loader = measure(out, "web/tacit.js");
  const glue = measure(out, `web/v/${version}/core.js`);
  const wasm = measure(out, `web/v/${version}/core.wasm`);

  const width = Math.max(...[loader, glue, wasm].map(({ file }) => file.length));
  for (const { file, raw, brotli } of [loader, glue, wasm, measure(out, "names.js"), measure(out, "index.js"), measure(out, "assign.js")]) {
    console.log(`capture: ${file.padEnd(width)} ${number(raw)} B, brotli ${number(brotli)} B`);
  }
  const core = glue.brotli + wasm.brotli;
  console.log(`capture: ${"wasm + glue".padEnd(width)} ${" ".repeat(9)} brotli ${number(core)} of ${BUDGETS.core} B`);
  for (const { file, integrity } of [glue, wasm]) console.log(`capture: ${file} ${integrity}`);

  const broken = [];
  if (core > BUDGETS.core) broken.push(`Wasm and glue are ${core} B in brotli, over ${BUDGETS.core}`);
  if (loader.brotli > BUDGETS.loader) {
    broken.push(`the loader is ${loader.brotli} B in brotli, over ${BUDGETS.loader}`);
  }
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
    integrity: `sha384-${createHash("sha384").update(bytes).digest("base64")}`,
  };
}

function number(bytes) {
  return String(bytes).padStart(7);
}
