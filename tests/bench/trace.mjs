// Reads Chromium's trace: which of the main thread's work is ours, and how long it took.

/** Our files, by their addresses. */
const OURS = /\/capture\/|core\.(js|wasm)/;

/** Loads a page, does the visit, and answers with the thread's times in ms. */
export async function measure(page, load, visit) {
  const session = await page.context().newCDPSession(page);
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await session.send("Tracing.start", { transferMode: "ReportEvents", categories: "devtools.timeline,v8,disabled-by-default-v8.compile" });
  await load();
  await page.waitForTimeout(3_500); // Ours begins once the page is idle.
  const loaded = await cpuOf(session);
  await visit();
  const cpu = (await cpuOf(session)) - loaded;
  const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
  await session.send("Tracing.end");
  await complete;
  return { cpu, ...ours(events) };
}

async function cpuOf(session) {
  const { metrics } = await session.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration").value * 1_000;
}

function ours(events) {
  const calls = [];
  const starts = [];
  for (const { name, ph, tdur, dur, args } of events) {
    if (ph !== "X") continue;
    const url = args?.data?.url ?? args?.data?.fileName ?? args?.fileName ?? "";
    if (!OURS.test(url)) continue;
    const ms = (tdur ?? dur) / 1_000;
    if (name === "FunctionCall") calls.push(ms);
    if (["FunctionCall", "EvaluateScript", "v8.compile", "v8.compileModule", "v8.evaluateModule"].includes(name)) starts.push(ms);
  }
  calls.sort((a, b) => a - b);
  return {
    own: calls.reduce((sum, ms) => sum + ms, 0),
    longest: calls.at(-1) ?? 0,
    over: calls.filter((ms) => ms > 10).length,
    p99: calls[Math.floor(calls.length * 0.99)] ?? 0,
    start: Math.max(0, ...starts),
    calls: calls.length,
  };
}
