// What the page holds: a handle that queues until the core is there. Small, as
// every page pays for it at once; touches no global until start().

import { hearken } from "./early.js";

/** The same in every copy of this file, so that two bundles share one handle. */
const SLOT = Symbol.for("tacit.capture");

/** `loadCore` brings the core, with its Wasm compiled. */
export function starter(loadCore) {
  return (options) => {
    if (typeof document === "undefined") return inert();
    if (window[SLOT]) return window[SLOT];
    if (!options?.key) {
      report(options, "invalid_options", "key_missing");
      return inert();
    }
    return (window[SLOT] = handle(options, loadCore));
  };
}

function inert() {
  const nothing = () => {};
  return { output: nothing, signal: nothing, consent: nothing, flush: async () => {}, stop: nothing };
}

function handle(options, loadCore) {
  let core = null;
  let over = false;
  let denied = false;
  let queue = [];
  const flushes = new Set();
  const early = hearken();

  const act = (call) => {
    if (over) return;
    if (core) call(core);
    else queue.push(call);
  };
  const end = () => {
    over = true;
    core = null;
    queue = [];
    for (const resolve of flushes) resolve();
    // Last, as a page may have spoiled what that takes.
    early();
  };
  const fail = (code, message) => {
    if (over) return;
    report(options, code, message);
    end();
  };

  const self = {
    output: (element, binding) => act((core) => core.output(element, binding)),
    signal: (output, kind, fields) => act((core) => core.signal(output, kind, fields)),
    consent: (state) => {
      denied = state === "denied";
      act((core) => core.consent(state));
    },
    flush: () =>
      new Promise((resolve) => {
        const done = () => {
          flushes.delete(done);
          resolve();
        };
        flushes.add(done);
        if (over) done();
        else act((core) => core.flush().then(done, done));
      }),
    stop: () => {
      // Also after a failure: it is what makes room for another start().
      if (window[SLOT] === self) delete window[SLOT];
      core?.stop();
      end();
    },
  };

  whenIdle(async () => {
    if (over) return;
    try {
      const loaded = await loadCore();
      if (over) return;
      const opened = loaded.open(forWasm(options), (reason) => fail("capture_failed", reason), early());
      if (!opened) return;
      // Those that come while these run go to the end of the same queue.
      for (const call of queue) call(opened);
      if (!over) core = opened;
      queue = [];
    } catch (error) {
      if (over) return;
      fail("capture_unavailable", `${error} (a Content-Security-Policy needs script-src 'wasm-unsafe-eval')`);
      if (!denied) tell(options, /WebAssembly/.test(error) ? "wasm_refused" : "not_loaded");
    }
  });
  return self;
}

/**
 * A copy, with callbacks that run after the Wasm has returned: they may call
 * the handle, which would re-enter it, and what they throw is the page's own.
 */
function forWasm(options) {
  const later = (fn) => (value) => queueMicrotask(() => fn?.(value));
  return {
    ...options,
    onSignal: options.onSignal && later(options.onSignal),
    onSend: options.onSend && later(options.onSend),
    onError: later(options.onError),
  };
}

let told = false;

/**
 * The collector counts pages that capture nothing, as whoever runs the site would
 * not know. Once a page; just the fact, by nobody: all zeros are no session.
 */
function tell({ key, endpoint = "/c" }, install) {
  if (told) return;
  told = true;
  try {
    // A text causes no preflight.
    navigator.sendBeacon(endpoint, JSON.stringify({ v: 1, key, session: "0".repeat(32), sent_at: Date.now(), install, events: [] }));
  } catch {
    // Then nobody hears of it.
  }
}

/** The front's own errors are never silent. */
function report(options, code, message) {
  console.warn(`tacit: ${code}: ${message}`);
  if (options?.onError) queueMicrotask(() => options.onError({ code, message }));
}

function whenIdle(fn) {
  if (globalThis.requestIdleCallback) requestIdleCallback(fn, { timeout: 2000 });
  else setTimeout(fn, 200); // Safari
}
