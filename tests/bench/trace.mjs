// Which of the main thread's work is that of one script, and how long it took. Chromium's trace tells
// of each call from the browser into a function of the script; a sampler, once a millisecond, whose
// function runs at that moment, whoever called it: promises and patched built-ins as well.

/** Tacit's files, by their addresses. */
export const TACIT = /\/capture\/|(core|texts)\.(js|wasm)/;

const SAMPLE_US = 1_000;

/** What runs code; the first are ways in from the page, the others happen while it loads. */
const CALLS = ["FunctionCall"];
const STARTS = [...CALLS, "EvaluateScript", "v8.evaluateModule", "v8.compile", "v8.compileModule"];

/**
 * Begins to trace the page; `script` tells a script's files by their addresses. `stop()` answers
 * with the thread's times in ms: those of a busy machine's other work are not in them.
 */
export async function trace(page, script = TACIT) {
  const session = await page.context().newCDPSession(page);
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  await session.send("Profiler.enable");
  await session.send("Profiler.setSamplingInterval", { interval: SAMPLE_US });
  await session.send("Profiler.start");
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await session.send("Tracing.start", { transferMode: "ReportEvents", categories: "devtools.timeline,v8,disabled-by-default-v8.compile" });
  const metric = async (wanted) => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === wanted).value;
  };
  return {
    /** All that the page's main thread did so far. */
    cpu: async () => (await metric("TaskDuration")) * 1_000,
    /** Bytes that are in use once what is not has been collected. */
    async heap() {
      await session.send("HeapProfiler.collectGarbage");
      return metric("JSHeapUsedSize");
    },
    layouts: () => metric("LayoutCount"),
    async stop() {
      const { profile } = await session.send("Profiler.stop");
      const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
      await session.send("Tracing.end");
      await complete;
      await session.detach();
      return { ...of(events, script), sampled: sampledIn(profile, script) };
    },
  };
}

/** Time in the script's own functions, in ms. Of Wasm's only Tacit's is on the page. */
function sampledIn({ nodes, samples, timeDeltas }, script) {
  const isOwn = ({ url }) => script.test(url) || (script === TACIT && url.startsWith("wasm:"));
  const own = new Set(nodes.filter(({ callFrame }) => isOwn(callFrame)).map(({ id }) => id));
  return samples.reduce((sum, id, i) => sum + (own.has(id) ? timeDeltas[i] : 0), 0) / 1_000;
}

function of(events, script) {
  const times = (names) => {
    const times = [];
    for (const { name, ph, tdur, dur, args } of events) {
      const url = args?.data?.url ?? args?.data?.fileName ?? args?.fileName ?? "";
      if (ph === "X" && names.includes(name) && script.test(url)) times.push((tdur ?? dur) / 1_000);
    }
    return times.sort((a, b) => a - b);
  };
  const calls = times(CALLS);
  return {
    calls: calls.length,
    own: calls.reduce((sum, ms) => sum + ms, 0),
    longest: calls.at(-1) ?? 0,
    over: calls.filter((ms) => ms > 10).length,
    p99: calls[Math.floor(calls.length * 0.99)] ?? 0,
    start: times(STARTS).at(-1) ?? 0,
  };
}
