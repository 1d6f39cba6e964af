// The guarded way into Wasm: what the handle calls.

import { detach } from "./attach.js";
import { inside, onRetired, retired } from "./retire.js";

/**
 * A running capture, or null if the instance is or gets retired; `onFailed`
 * then hears why, once. No method throws.
 */
export function open(module, options, onFailed) {
  if (retired() !== null) {
    onFailed(retired());
    return null;
  }
  const forget = onRetired(onFailed);
  const number = inside(() => module.open(options))();
  if (number === undefined) return null;
  return {
    output: inside((element, binding) => module.output(number, element, binding)),
    signal: inside((output, kind, fields) => module.signal(number, output, kind, fields)),
    consent: inside((state) => module.consent(number, state)),
    // Stays open when the instance is retired meanwhile; `onFailed` tells that.
    flush: () => new Promise((resolve) => inside(() => module.flush(number, resolve))()),
    stop: inside(() => {
      forget();
      module.stop(number);
      detach();
    }),
  };
}
