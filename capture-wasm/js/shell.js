// The guard around every way into Wasm, and the patches of the clipboard.

import { attached } from "./attach.js";
import { worked } from "./pace.js";
import { LENGTH_MAX } from "./reading.js";

/**
 * A function that calls `fn`, the way into Wasm, and never throws. After the
 * first throw of any function guarded with the same `onDead`, that is called
 * once and none of them does anything again: a trap leaves the module's memory
 * as it happened to be. A call that arrives while another runs waits until
 * that has returned, as wasm-bindgen refuses to be re-entered.
 */
export function guard(fn, onDead) {
  // Is Wasm running, has it thrown, and what waits for its turn.
  const machine = (onDead.machine ??= { dead: false, running: false, waiting: [] });

  return function (...args) {
    if (machine.dead) return;
    let ours = false;
    try {
      if (machine.running) {
        machine.waiting.push(() => fn.apply(this, args));
        return;
      }
      ours = machine.running = true;
      const started = performance.now();
      const result = fn.apply(this, args);
      while (machine.waiting.length > 0) machine.waiting.shift()();
      worked(started);
      return result;
    } catch (error) {
      machine.dead = true;
      machine.waiting.length = 0;
      try {
        onDead(String(error));
      } catch {
        // Told or not, the page must not see it.
      }
    } finally {
      if (ours) machine.running = false;
    }
  };
}

/**
 * Calls `onText(text)` for plain text that a script has put on the clipboard
 * while a person was active, after the writer's promise resolved: a click on a
 * copy button proves nothing. These are the only built-ins that are ever patched.
 */
export function watchClipboard(onText) {
  const prototype = globalThis.Clipboard?.prototype;
  if (!prototype) return;

  wrap(prototype, "writeText", async (text) => onText(String(text).slice(0, LENGTH_MAX)));
  wrap(prototype, "write", async (items) => {
    const text = await plainText(items);
    if (text !== null) onText(text.slice(0, LENGTH_MAX));
  });
}

/** Calls the async `after(argument)` when a person's call of the method has resolved. */
function wrap(prototype, name, after) {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  const original = descriptor?.value;
  if (typeof original !== "function") return;

  let watching = true;
  // A method of an object literal is no constructor, like the built-in.
  const { wrapper } = {
    wrapper(...args) {
      const theirs = watching && isUserActive();
      const result = Reflect.apply(original, this, args);
      return theirs ? observe(result, args[0], after) : result;
    },
  };
  try {
    Object.defineProperty(wrapper, "name", { value: original.name, configurable: true });
    Object.defineProperty(wrapper, "length", { value: original.length, configurable: true });
    Object.defineProperty(prototype, name, { ...descriptor, value: wrapper });
  } catch {
    return; // A hardened page froze its built-ins.
  }

  attached(() => {
    watching = false;
    // If somebody wrapped ours since, theirs goes on calling ours, which now
    // only passes through.
    if (prototype[name] === wrapper) Object.defineProperty(prototype, name, descriptor);
  });
}

/**
 * The caller gets the derived promise. Observing the original on the side
 * would mark its rejection as handled and so hide it from the page's own
 * `unhandledrejection`.
 */
function observe(result, argument, after) {
  try {
    if (typeof result?.then !== "function") return result;
    // An array may be changed before the promise resolves; what else can be
    // iterated may be read once only, so it is left alone.
    const data = Array.isArray(argument) ? argument.slice() : argument;
    return result.then((value) => {
      after(data).catch(() => {}); // Ours, not the caller's.
      return value;
    });
  } catch {
    return result;
  }
}

/** A browser too old to say lets nobody write without a gesture. */
function isUserActive() {
  try {
    return globalThis.navigator?.userActivation?.isActive ?? true;
  } catch {
    return false;
  }
}

async function plainText(items) {
  if (!Array.isArray(items)) return null;
  const item = items.find(({ types }) => types.includes("text/plain"));
  if (!item) return null;
  return (await item.getType("text/plain")).text();
}
