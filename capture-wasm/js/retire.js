// One Wasm instance a page: when it has thrown once, it is retired for all.
// Nothing of it stays on the page, and what was recorded is still sent.

import { detach } from "./attach.js";
import { sendKept } from "./send.js";
import { guard } from "./shell.js";

let reason = null;
const listeners = new Set();

/** A function that calls `fn`, a way into Wasm: never throws, retires the instance at the first throw. */
export const inside = (fn) => guard(fn, retire);

function retire(message) {
  reason = message;
  try {
    sendKept();
  } catch {
    // On a page that has spoiled what it takes.
  }
  detach();
  for (const listener of listeners) listener(message);
}

/** Why the instance is retired, or null. */
export function retired() {
  return reason;
}

/** Returns a function that forgets the listener. */
export function onRetired(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
