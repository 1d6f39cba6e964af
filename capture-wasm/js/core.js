// The part that is loaded late: wasm-bindgen's glue and the way in.

import init, { Capture } from "tacit-glue";
import { open as openWith } from "./open.js";

let loading = null;

/**
 * Fetches and compiles the module, once a page. The default address is written
 * so that bundlers recognise the file and carry it along.
 */
export function load(wasm = new URL("./core.wasm", import.meta.url)) {
  loading ??= init({ module_or_path: wasm }).catch((error) => {
    loading = null; // The network may be back at the next start().
    throw error;
  });
  return loading;
}

export const open = (options, onFailed) => openWith(Capture, options, onFailed);
