// Runs in a page before its scripts: times everything that goes on inside the
// module, whose only ways in are the exports of its Wasm.

export function meter() {
  const meter = { longest: 0, total: 0, calls: 0, started: false };
  window.meter = meter;
  const now = performance.now.bind(performance);
  const { Instance } = WebAssembly;
  let depth = 0;
  WebAssembly.Instance = function (module, imports) {
    const exports = {};
    for (const [name, original] of Object.entries(new Instance(module, imports).exports)) {
      exports[name] = original;
      if (typeof original !== "function") continue;
      exports[name] = (...args) => {
        const started = now();
        depth += 1;
        try {
          return original(...args);
        } finally {
          depth -= 1;
          if (depth === 0) {
            const took = now() - started;
            meter.started = true;
            meter.calls += 1;
            meter.total += took;
            if (took > meter.longest) meter.longest = took;
          }
        }
      };
    }
    return { exports };
  };
}
