// The builder puts these in the place of the globals inside core.js: a timer
// or a future's microtask calls straight into Wasm, past every listener's
// guard, and a trap there would reach the page's `window.onerror`.

import { retire } from "./retire.js";
import { guard } from "./shell.js";

export const setTimeout = (fn, ms) => globalThis.setTimeout(guard(fn, retire), ms);
export const setInterval = (fn, ms) => globalThis.setInterval(guard(fn, retire), ms);
export const queueMicrotask = (fn) => globalThis.queueMicrotask(guard(fn, retire));
