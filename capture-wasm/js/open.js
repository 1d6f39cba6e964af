// The guarded way into Wasm: what the handle calls, and what the module calls.

import { detach } from "./attach.js";
import { id } from "./checks.js";
import { decode, encode } from "./fields.js";
import { checkBinding, readOptions } from "./options.js";
import { outputs as outputsOf } from "./outputs.js";
import { inside, onRetired, retired } from "./retire.js";

/**
 * A running capture, or null if the instance is or gets retired; `onFailed`
 * then hears why, once. No method throws. `onSignal`, `onSend` and `onError`
 * are called while Wasm runs: they have to come back at once and never throw.
 */
export function open(module, options, onFailed) {
  if (retired() !== null) {
    onFailed(retired());
    return null;
  }
  const { onSignal, onSend, onError } = options;
  const error = (code, message) => onError?.({ code, message });
  /** What a page gives is read before Wasm is entered: a getter may call the handle. */
  const read = (code, fn) => {
    try {
      return fn();
    } catch (problem) {
      // What a getter of the page throws is not ours to look into.
      error(code, typeof problem === "string" ? problem : "unreadable");
    }
  };

  const settings = read("invalid_options", () => readOptions(options));
  if (!settings) return unusable();
  let outputs;
  const flushes = [];
  const host = {
    endpoint: settings.endpoint,
    hears: Boolean(onSignal),
    heard: (seq, at, output, kind, fields) => onSignal({ seq, at, output, ...decode(kind, fields) }),
    sent: (bytes, events, via, status = null) => onSend?.({ bytes, events, via, status }),
    error,
    flushed() {
      for (const resolve of flushes.splice(0)) resolve();
    },
  };
  const forget = onRetired(onFailed);
  const number = inside(() => {
    outputs = outputsOf(settings.adapter);
    return module.open(host, window, document, outputs, ...settings.core);
  })();
  if (number === undefined) return null;

  const bind = inside((element, binding) => {
    outputs.bind(element, binding);
    module.output(number);
  });
  const signal = inside((...args) => module.signal(number, ...args));
  const consent = inside((granted) => module.consent(number, granted));
  const flush = inside(() => module.flush(number));
  return {
    output(element, binding) {
      if (read("invalid_output", () => checkBinding(binding) ?? true)) bind(element, binding);
    },
    signal(output, kind, fields) {
      const encoded = read("invalid_signal", () => [id("output", output), ...encode(kind, fields)]);
      if (encoded) signal(...encoded);
    },
    consent(state) {
      if (state === "granted" || state === "denied") consent(state === "granted");
      else error("invalid_consent", typeof state === "string" ? state : "");
    },
    // Stays open when the instance is retired meanwhile; `onFailed` tells that.
    flush: () =>
      new Promise((resolve) => {
        flushes.push(resolve);
        flush();
      }),
    stop: inside(() => {
      forget();
      module.stop(number);
      detach();
    }),
  };
}

/** For options that cannot be used; `onError` was told. */
function unusable() {
  const nothing = () => {};
  return { output: nothing, signal: nothing, consent: nothing, flush: async () => {}, stop: nothing };
}
