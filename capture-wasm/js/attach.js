// Everything the module puts on the page is noted here with how it is taken off
// again, so that this needs no Wasm: stop() does it, and a failure.

const removals = new Set();

/** What `listen` put on and nobody took off: target, type, listener. */
const heard = new Set();

/** `remove` takes off what was just put on. Returns a function that does it now. */
export function attached(remove) {
  removals.add(remove);
  return () => removals.delete(remove) && remove();
}

/** Takes everything off the page. */
export function detach() {
  for (const remove of removals) {
    try {
      remove();
    } catch {
      // What refuses to forget us still only reaches a guard.
    }
  }
  removals.clear();
}

/** Listens in the capture phase, before the page can stop the event, and cannot cancel it. */
export function listen(target, type, listener) {
  const options = { capture: true, passive: true };
  const entry = [target, type, listener];
  heard.add(entry);
  target.addEventListener(type, listener, options);
  attached(() => {
    heard.delete(entry);
    target.removeEventListener(type, listener, options);
  });
}

/** Has listeners on `target` hear of an event that was noted before they were there. */
export function replay(target, event) {
  for (const [on, type, listener] of [...heard]) if (on === target && type === event.type) listener(event);
}
