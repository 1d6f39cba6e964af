// The part that is loaded late: wasm-bindgen's glue and the way in.

import {
  capture_consent as consent,
  capture_flush as flush,
  capture_open,
  capture_output as output,
  capture_signal as signal,
  capture_stop as stop,
  initSync,
} from "tacit-glue";
import { open as openWith } from "./open.js";

let loading = null;

/**
 * Fetches and compiles the module, once a page. The default address is written
 * so that bundlers recognise the file and carry it along.
 */
export function load(wasm = new URL("./core.wasm", import.meta.url)) {
  loading ??= compile(wasm).then(
    // What is compiled takes a tenth of a millisecond to instantiate.
    (module) => initSync({ module }),
    (error) => {
      loading = null; // The network may be back at the next start().
      throw error;
    },
  );
  return loading;
}

async function compile(wasm) {
  // Filled in by the builder for the script tag; bundlers may write the file anew.
  const response = await fetch(wasm, { integrity: "" });
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  // Off the main thread, if the server says what it is.
  const streams = response.headers.get("content-type") === "application/wasm";
  return streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

const module = { open: capture_open, output, signal, consent, flush, stop };

export const open = (...args) => openWith(module, ...args);
