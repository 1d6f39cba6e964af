// The script tag: starts with its own attributes, and leaves the handle in
// `window.tacit`. What an attribute cannot hold, such as `onSignal`, a page may
// put into `window.tacitOptions` before. A classic script, so that it can stand
// before everything.

import { readOptions } from "./attributes.js";
import { starter } from "./front.js";

const script = document.currentScript;
try {
  // CORE and BUILD are filled in by the builder.
  const core = new URL(`${CORE}core.js?${BUILD}`, script.src);
  const start = starter(async () => {
    const loaded = await import(core.href);
    await loaded.load(new URL(`core.wasm?${BUILD}`, core));
    return loaded;
  });
  window.tacit = start({ ...window.tacitOptions, ...readOptions(script.dataset) });
} catch (error) {
  console.warn(`tacit: needs a plain <script src> (${error})`);
}
