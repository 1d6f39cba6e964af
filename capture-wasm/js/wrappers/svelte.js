// `tacit-capture/svelte`: what onMount() calls, a store of the handle, and an action
// for outputs. Plain functions, so that it works with every version.

import { start } from "../index.js";
import { NONE } from "./none.js";

let current = NONE;
const subscribers = new Set();

function set(handle) {
  current = handle;
  for (const run of subscribers) run(handle);
}

export function capture(options) {
  const handle = start(options);
  set(handle);
  return () => {
    handle.stop();
    if (current === handle) set(NONE);
  };
}

export const tacit = {
  subscribe(run) {
    // The same function may subscribe twice.
    const own = (handle) => run(handle);
    subscribers.add(own);
    own(current);
    return () => subscribers.delete(own);
  },
};

export function output(element, binding) {
  const bind = () => current.output(element, binding);
  return {
    update(next) {
      binding = next;
      bind();
    },
    destroy: tacit.subscribe(bind),
  };
}
