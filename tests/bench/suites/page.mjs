// What watching costs the page, and what goes over the wire: the same scripted visit with nothing,
// with Tacit and with each peer, in one run.

import { availableParallelism } from "node:os";
import { chromium } from "@playwright/test";
import { findChromium } from "../../../capture-wasm/build/chromium.mjs";
import { House } from "../../browser/house.mjs";
import { freePort } from "../../browser/ports.mjs";
import { PEERS, peerScripts } from "../peers/peers.mjs";
import { inLanes } from "../session/lanes.mjs";
import { openSink, serveChat } from "../session/site.mjs";
import { TOKENS, visit } from "../session/visit.mjs";
import { TACIT, trace } from "../trace.mjs";

const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-blink-features=AutomationControlled"];
/** The page is idle by then and everybody has begun. */
const SETTLED_MS = 3_500;
/** The last requests of a page that was left arrive. */
const GONE_MS = 1_500;

const SESSION = `One visit: 50 answers (${TOKENS.toLocaleString("en")} tokens) streamed at 100 tokens a second, 5 of them asked for again, 26 copies, 10 typed edits, 13 ratings, left at once.`;
const IDLE = "0: nobody watches";

export const tables = [
  {
    name: "page",
    title: "Main thread",
    about: `${SESSION} Times are the thread's own, of Chromium's trace, so that other work of the machine is not in them. *Script time* is what the browser's calls into the watcher's functions took; *sampled* is the time in its functions whoever called them, at a sample a millisecond, which sees patched built-ins and promises too, and is wall time: a busy machine lengthens it. A recorder that stores everything and a tracker of clicks do different work; what each does for its time is in the table of the wire.`,
    measures: [
      { key: "sampled", what: "script time, sampled, per 1,000 tokens", unit: "ms", limit: IDLE },
      { key: "own", what: "script time, calls from the browser, per 1,000 tokens", unit: "ms", limit: IDLE, budget: 100 },
      { key: "cpu", what: "all of the page's main thread, the visit alone", unit: "ms", limit: "the page with nothing", ratioBudgets: { nothing: 1.03 } },
      { key: "start", what: "longest task while it starts", unit: "ms", limit: "0: nothing is loaded", budget: 10 },
      { key: "longest", what: "longest task of its own", unit: "ms", limit: "one frame at 60 Hz: 16.7", budget: 10 },
      { key: "over", what: "tasks of its own over 10 ms", limit: "0", budget: 0 },
      { key: "p99", what: "99th percentile of its handlers", unit: "ms", limit: "a call that does nothing: about 0.001", budget: 0.2 },
      { key: "heap", what: "heap over that of the page, after collection", unit: "kB", limit: "0" },
      { key: "layouts", what: "layouts more than the page's", limit: "0: reading alone lays nothing out" },
    ],
    plot: { measure: "sampled", title: "Own main-thread time per 1,000 streamed tokens, sampled" },
  },
  {
    name: "wire",
    title: "Wire",
    about:
      "What the same visits sent, requests of CORS included, until after the page was left. Events are what each product counts as such, told by what it sent: Tacit's are the collector's count of those it acknowledged. Headers are those of HTTP/1.1; compression of bodies is each product's own.",
    measures: [
      { key: "wire", what: "bodies and headers of the visit", unit: "B", limit: "the events' own entropy in one request" },
      { key: "bodies", what: "bodies of the visit", unit: "B", limit: "the events' own entropy" },
      { key: "requests", what: "requests of the visit", limit: "1: all of it when the page is left" },
      { key: "wireEach", what: "bodies and headers, an event", unit: "B", limit: "kind, time, number and answer: some 8", budget: 65 },
      { key: "bodyEach", what: "bodies, an event", unit: "B", limit: "kind, time, number and answer: some 8", budget: 24 },
      { key: "events", what: "events of the visit", isCompared: false },
    ],
    plot: { measure: "wire", title: "Bytes one visit sends, with headers" },
  },
];

export const options = { rounds: 3, modes: "append", only: "", lanes: availableParallelism() + 1 };

export async function run({ rounds, modes, only, lanes }) {
  const scripts = await peerScripts();
  const ports = await Promise.all(Array.from({ length: lanes }, freePort));
  const house = await House.open(4);
  // Started again, it knows the key.
  house.benchKey = await house.key("publishable", ...ports.flatMap((port) => ["--origin", `http://127.0.0.1:${port}`]));
  await house.collector.stop();
  await house.startCollector();
  const wanted = [tacit(house), nothing(), ...PEERS.map(peer)].filter(({ name }) => ["nothing", "tacit"].includes(name) || only === "" || only.split(",").includes(name));
  try {
    const products = [];
    for (const mode of modes.split(",")) {
      const runs = new Map(wanted.map(({ name }) => [name, Array(rounds)]));
      const jobs = Array.from({ length: rounds }, (_, round) => {
        // Each time another order, so that none always comes first.
        const order = wanted.map((_, i) => wanted[(i + round) % wanted.length]);
        return order.map((watcher) => ({ name: watcher.name, watcher, round }));
      });
      await inLanes(jobs.flat(), lanes, async ({ name, watcher, round }, lane) => {
        runs.get(name)[round] = await session({ house, scripts, mode, watcher, port: ports[lane] });
      });
      products.push(...productsOf(modes.includes(",") ? ` (${mode})` : "", wanted, runs));
    }
    return [products, products.filter(({ name }) => !name.startsWith("nothing"))];
  } finally {
    await house.close();
  }
}

const nothing = () => ({ name: "nothing", note: "the page alone", script: /^never$/, head: () => "", events: () => 0 });

const tacit = (house) => ({
  name: "tacit",
  note: "defaults, but a batch every 10 s at the latest",
  script: TACIT,
  isCollected: true,
  head: (sink) => `<script src="${house.url}/capture/tacit.js" data-key="${house.benchKey}" data-endpoint="${sink}/c" data-flush-after-ms="10000" async></script>`,
});

const peer = ({ name, package: named, version, setUp, events }) => ({
  name,
  note: `${named} ${version}: ${setUp}`,
  script: /\/peer\//,
  head: (sink) => `<script>window.BENCH_SINK = ${JSON.stringify(sink)};</script><script src="/peer/${name}.js" async></script>`,
  events,
});

/** One visit from loading to leaving. */
async function session({ house, scripts, mode, watcher, port }) {
  const sink = await openSink(watcher.isCollected ? house.url : undefined);
  const site = await serveChat(scripts, port);
  site.setHead(watcher.head(sink.url));
  // One of its own: a browser traces one page at a time.
  const browser = await chromium.launch({ executablePath: findChromium() ?? undefined, args: ARGS });
  const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  const known = await acknowledged(house);
  const watching = await trace(page, watcher.script);
  await page.goto(`${site.url}/#${mode}`);
  await page.waitForTimeout(SETTLED_MS);
  const loaded = await watching.cpu();
  await visit(page);
  const cpu = (await watching.cpu()) - loaded;
  const [heap, layouts] = [await watching.heap(), await watching.layouts()];
  const own = await watching.stop();
  await page.close({ runBeforeUnload: true });
  await new Promise((resolve) => setTimeout(resolve, GONE_MS));
  const posts = sink.requests.filter(({ method }) => method !== "GET");
  const bodies = sum(posts.map(({ body }) => body.length));
  const headers = sum(posts.map(({ headerBytes }) => headerBytes));
  const events = watcher.isCollected ? (await acknowledged(house)) - known : sum(posts.map((post) => watcher.events(post) ?? 0));
  await browser.close();
  await Promise.all([sink.close(), site.close()]);
  return { ...own, cpu, heap, layouts, requests: posts.length, bodies, headers, events };
}

const acknowledged = async (house) => (await house.ledger()).events.acknowledged;

function productsOf(suffix, watchers, runs) {
  const bare = runs.get("nothing");
  return watchers.map(({ name, note }) => {
    const of = (value) => runs.get(name).map((run, round) => value(run, bare[round]));
    const each = (bytes) => of((run) => (run.events ? bytes(run) / run.events : NaN));
    const own = name === "nothing" ? () => [] : of;
    return {
      name: name + suffix,
      note,
      values: {
        sampled: own((run) => (run.sampled / TOKENS) * 1_000),
        own: own((run) => (run.own / TOKENS) * 1_000),
        cpu: of((run) => run.cpu),
        start: own((run) => run.start),
        longest: own((run) => run.longest),
        over: own((run) => run.over),
        p99: own((run) => run.p99),
        heap: own((run, bare) => (run.heap - bare.heap) / 1_000),
        layouts: own((run, bare) => run.layouts - bare.layouts),
        requests: of((run) => run.requests),
        bodies: of((run) => run.bodies),
        wire: of((run) => run.bodies + run.headers),
        events: of((run) => run.events),
        bodyEach: each((run) => run.bodies),
        wireEach: each((run) => run.bodies + run.headers),
      },
    };
  });
}

const sum = (numbers) => numbers.reduce((sum, number) => sum + number, 0);
