// Runs in a page before its scripts: makes Wasm fail for real, at a chosen call
// of an import, and counts what enters Wasm after that. The module that is
// shipped knows nothing of it: only `WebAssembly.Instance` is another.

export function sabotage() {
  const watch = { imports: 0, failAt: Infinity, how: "trap", entered: 0, enteredAfter: 0, failed: false };
  window.sabotage = watch;
  // (module (func (export "trap") unreachable)): a real trap, with Wasm frames above it.
  const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 8, 1, 4, 116, 114, 97, 112, 0, 0, 10, 5, 1, 3, 0, 0, 11];
  const { Instance, Module } = WebAssembly;
  const { trap } = new Instance(new Module(new Uint8Array(bytes))).exports;
  const fail = () => {
    watch.failed = true;
    if (watch.how === "trap") trap();
    throw new TypeError("an import throws");
  };

  WebAssembly.Instance = function (module, imports) {
    for (const functions of Object.values(imports)) {
      for (const [name, original] of Object.entries(functions)) {
        if (typeof original !== "function") continue;
        functions[name] = (...args) => {
          watch.imports += 1;
          if (watch.imports === watch.failAt) fail();
          return original(...args);
        };
      }
    }
    const instance = new Instance(module, imports);
    const exports = {};
    for (const [name, original] of Object.entries(instance.exports)) {
      exports[name] = original;
      if (typeof original !== "function") continue;
      exports[name] = (...args) => {
        watch.entered += 1;
        if (watch.failed) watch.enteredAfter += 1;
        return original(...args);
      };
    }
    return { exports };
  };
}

/** Runs in a page before its scripts: counts what is put on the page and not taken off. */
export function countHooks() {
  const hooks = { listeners: new Map(), observers: new Set(), timers: new Set() };
  // Only what our script does; the page's own listeners are its business.
  const isOurs = () => /\/capture\/|core\.js/.test(new Error().stack);
  const counted = (listener, type) => `${type} ${typeof listener}`;
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    if (isOurs()) hooks.listeners.set(listener, counted(listener, type));
    return addEventListener.call(this, type, listener, options);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    hooks.listeners.delete(listener);
    return removeEventListener.call(this, type, listener, options);
  };
  for (const name of ["MutationObserver", "IntersectionObserver", "ResizeObserver", "PerformanceObserver"]) {
    const Original = window[name];
    window[name] = class extends Original {
      observe(...args) {
        if (isOurs()) hooks.observers.add(this);
        return super.observe(...args);
      }
      disconnect() {
        hooks.observers.delete(this);
        return super.disconnect();
      }
    };
  }
  const { setTimeout, clearTimeout, setInterval, clearInterval } = window;
  window.setTimeout = (fn, ms, ...args) => {
    const ours = isOurs();
    const timer = setTimeout(
      (...args) => {
        hooks.timers.delete(timer);
        fn(...args);
      },
      ms,
      ...args,
    );
    if (ours) hooks.timers.add(timer);
    return timer;
  };
  window.clearTimeout = (timer) => {
    hooks.timers.delete(timer);
    clearTimeout(timer);
  };
  window.setInterval = (fn, ...args) => {
    const timer = setInterval(fn, ...args);
    if (isOurs()) hooks.timers.add(timer);
    return timer;
  };
  window.clearInterval = (timer) => {
    hooks.timers.delete(timer);
    clearInterval(timer);
  };
  const native = window.Clipboard && { ...Object.getOwnPropertyDescriptors(Clipboard.prototype) };
  /** What of ours is on the page. */
  window.hooks = () => ({
    listeners: [...hooks.listeners.values()],
    observers: hooks.observers.size,
    timers: hooks.timers.size,
    patches: ["write", "writeText"].filter((name) => native && Clipboard.prototype[name] !== native[name].value),
  });
}
