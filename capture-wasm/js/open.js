// The guarded way into Wasm: what the handle calls, and what the module calls.

import { detach, replay } from "./attach.js";
import { id } from "./checks.js";
import { editing } from "./editing.js";
import { bring, withLate } from "./later.js";
import { checkBinding, readOptions } from "./options.js";
import { outputs as outputsOf } from "./outputs.js";
import { inside, onRetired, retired } from "./retire.js";
import { purge } from "./storage.js";
import { view } from "./view.js";

/**
 * A running capture, or null if the instance is or gets retired; `onFailed`
 * then hears why, once. No method throws. `onSignal`, `onSend` and `onError`
 * are called while Wasm runs: they have to come back at once and never throw.
 * `acts`: what `early.js` noted while all this was loading.
 */
export function open(module, options, onFailed, acts = []) {
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
  let number;
  let known;
  const ofTexts = {
    content: settings.core[3],
    owner: (editor) => outputs.owner(editor),
    known() {
      known = [];
      module.known(number);
      return known;
    },
    found: (output, token, kind, fields) => module.signal(number, output, kind, fields, token, true),
  };
  const missing = (part, then) => () => error("part_unavailable", `${part}.js could not be loaded: ${then}`);
  const texts = editing(ofTexts, (text) => module.seeds(number, text), missing("texts", "neither edits nor what becomes of accepted text are seen"));
  const flushes = [];
  /** Signals of the page that wait for the late part. */
  let unsent = 0;
  const host = {
    endpoint: settings.endpoint,
    hears: Boolean(onSignal),
    heard(seq, at, output, kind, fields) {
      // The module's memory does not wait.
      const bytes = fields.slice();
      withLate((part) => part && onSignal({ seq, at, output, ...part.decode(kind, bytes) }));
    },
    sent: (bytes, events, via, status = null) => onSend?.({ bytes, events, via, status }),
    error,
    /** A function that tells the module this and what it is called with. */
    hearing: (what, ...more) => inside((value) => module.event(number, what, value, ...more)),
    watch(what) {
      const { again, gone } = view(outputs.held, (...seen) => module.event(number, what, ...seen, 0));
      Object.assign(host, { again, gone });
    },
    isVisible: () => document.visibilityState === "visible",
    isFocused: () => document.hasFocus(),
    hint: texts.hint,
    keep: texts.keep,
    known: (...output) => known.push(...output),
    flushed() {
      for (const resolve of flushes.splice(0)) resolve();
    },
  };
  const forget = onRetired(onFailed);
  bring(missing("late", "answers are not found by what they do, nor controls by their names"));
  inside(() => {
    outputs = outputsOf(settings.adapter, texts.sent);
    number = module.open(host, window, document, outputs, ...settings.core);
    texts.start();
  })();
  if (number === undefined) return null;
  // What is there already may be an answer.
  withLate((part) => {
    if (part) module.output(number);
    for (const act of acts) {
      // A copy is a person's by a press before it, which was looked at then.
      if (act.type !== "click") replay(window, { type: "pointerdown", isTrusted: true });
      replay(document, act);
    }
    part?.outlive({
      endpoint: settings.endpoint,
      queue: settings.queue,
      lost: inside((events) => module.lost(number, events)),
      refused: (status) => error("batch_refused", `${status}`),
    });
  });

  const bind = inside((element, binding) => {
    outputs.bind(element, binding);
    module.output(number);
  });
  const signal = inside((...args) => module.signal(number, ...args));
  const consent = inside((granted) => {
    if (!granted) purge();
    module.consent(number, granted);
    texts.consent(granted);
  });
  const flush = inside(() => module.flush(number));
  return {
    output(element, binding) {
      if (read("invalid_output", () => checkBinding(binding) ?? true)) bind(element, binding);
    },
    signal(output, kind, fields) {
      unsent++;
      withLate((part) => {
        unsent--;
        const encoded = part && read("invalid_signal", () => [id("output", output), ...part.encode(kind, fields)]);
        if (encoded) signal(...encoded);
      });
    },
    consent(state) {
      if (state === "granted" || state === "denied") consent(state === "granted");
      else error("invalid_consent", typeof state === "string" ? state : "");
    },
    // Stays open when the instance is retired meanwhile; `onFailed` tells that.
    flush: () =>
      new Promise((resolve) => {
        flushes.push(resolve);
        if (unsent > 0) withLate(flush);
        else flush();
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
