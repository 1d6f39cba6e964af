// One Wasm instance a page: when it has thrown once, it is retired for all.

let reason = null;
const listeners = new Set();

/** The `onDead` of every guard around this instance. */
export function retire(message) {
  if (reason !== null) return;
  reason = message;
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
