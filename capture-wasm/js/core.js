// The part that is loaded late: wasm-bindgen's glue and the way in.

import {
  capture_consent as consent,
  capture_event as event,
  capture_flush as flush,
  capture_known as known,
  capture_lost as lost,
  capture_open,
  capture_output as output,
  capture_seeds as seeds,
  capture_signal as signal,
  capture_stop as stop,
  initSync,
} from "tacit-glue";
import { compile } from "./compile.js";
import { open as openWith } from "./open.js";

let loading = null;

/**
 * Fetches and compiles the module, once a page. The default address is written
 * so that bundlers recognise the file and carry it along.
 */
export function load(wasm = new URL("./core.wasm", import.meta.url)) {
  // The integrity is filled in by the builder for the script tag; bundlers may write the file anew.
  loading ??= compile(wasm, { integrity: "" }).then(
    // What is compiled takes a tenth of a millisecond to instantiate.
    (module) => initSync({ module }),
    (error) => {
      loading = null; // The network may be back at the next start().
      throw error;
    },
  );
  return loading;
}

const module = { open: capture_open, output, signal, event, known, seeds, consent, flush, lost, stop };

export const open = (...args) => openWith(module, ...args);
