// The builder puts these in the place of the globals inside core.js: a timer,
// a future's microtask or a finaliser calls straight into Wasm, past every
// listener's guard, and a trap there would reach the page's `window.onerror`.
// What goes on by itself is noted, so that it ends with the module.

import { attached } from "./attach.js";
import { inside } from "./retire.js";

/** The ends of timers, by their numbers. */
const running = new Map();

export function setTimeout(fn, ms) {
  const timer = globalThis.setTimeout(
    inside(() => {
      clearTimeout(timer);
      fn();
    }),
    ms,
  );
  running.set(timer, attached(() => globalThis.clearTimeout(timer)));
  return timer;
}

export function clearTimeout(timer) {
  running.get(timer)?.();
  running.delete(timer);
}

export const queueMicrotask = (fn) => globalThis.queueMicrotask(inside(fn));

export function FinalizationRegistry(fn) {
  return new globalThis.FinalizationRegistry(inside(fn));
}

const observing = (name) =>
  function (...args) {
    const observer = new globalThis[name](...args);
    attached(() => observer.disconnect());
    return observer;
  };

export const MutationObserver = observing("MutationObserver");
export const IntersectionObserver = observing("IntersectionObserver");
