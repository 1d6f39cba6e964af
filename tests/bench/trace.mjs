// Reads Chromium's trace: which of the main thread's work is ours, and how long it took.

/** Our files, by their addresses. */
const OURS = /\/capture\/|core\.(js|wasm)/;

/** What runs our code; the first are ways in from the page, the others happen while it loads. */
const CALLS = ["FunctionCall"];
const STARTS = [...CALLS, "EvaluateScript", "v8.evaluateModule", "v8.compile", "v8.compileModule"];

/**
 * Begins to trace the page. `stop()` answers with the thread's times in ms:
 * those of a busy machine's other work are not in them.
 */
export async function trace(page) {
  const session = await page.context().newCDPSession(page);
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await session.send("Tracing.start", { transferMode: "ReportEvents", categories: "devtools.timeline,v8,disabled-by-default-v8.compile" });
  return {
    /** All that the page's main thread did so far. */
    async cpu() {
      const { metrics } = await session.send("Performance.getMetrics");
      return metrics.find(({ name }) => name === "TaskDuration").value * 1_000;
    },
    async stop() {
      const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
      await session.send("Tracing.end");
      await complete;
      await session.detach();
      return ours(events);
    },
  };
}

function ours(events) {
  const times = (names) => {
    const times = [];
    for (const { name, ph, tdur, dur, args } of events) {
      const url = args?.data?.url ?? args?.data?.fileName ?? args?.fileName ?? "";
      if (ph === "X" && names.includes(name) && OURS.test(url)) times.push((tdur ?? dur) / 1_000);
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
