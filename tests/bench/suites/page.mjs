// What watching costs the page, and what goes over the wire: the same scripted visit with nothing,
// with Tacit and with each peer, in turn, in one run.

import { chromium } from "@playwright/test";
import { findChromium } from "../../../capture-wasm/build/chromium.mjs";
import { House } from "../../browser/house.mjs";
import { PEERS, peerScripts } from "../peers/peers.mjs";
import { openSink, serveChat } from "../session/site.mjs";
import { TOKENS, visit } from "../session/visit.mjs";
import { TACIT, trace } from "../trace.mjs";

/** The page is idle by then and everybody has begun. */
const SETTLED_MS = 3_500;
/** The last requests of a page that was left arrive. */
const GONE_MS = 1_500;

const BUDGETS = { own: 100, longest: 10, over: 0, p99: 0.2, cpu: 1.03, start: 10, requests: 6, event: 24, wire: 65 };

export const title = "Main thread and wire";
export const about = `One visit: 20 answers streamed at 100 tokens a second, 4 asked for again, 10 copies, 4 typed edits, 5 ratings, left at once. "Own" is the script's: thread time of the calls from the browser into it, and, sampled, time in its functions whoever called them (wall time, so a busy machine lengthens it); CPU is all of the page's main thread against the same page with nothing, of which the limit is 1. Events are what each peer counts as such: 90 acts happen. Budgets of Tacit's: ${Object.entries(BUDGETS).map(([name, value]) => `${name} ${value}`).join(", ")}.`;
export const columns = [
  { name: "start, longest task", unit: "ms", budget: BUDGETS.start },
  { name: "own per 1,000 tokens", unit: "ms", budget: BUDGETS.own },
  { name: "own sampled, per 1,000 tokens", unit: "ms" },
  { name: "own longest task", unit: "ms", budget: BUDGETS.longest },
  { name: "own tasks > 10 ms", unit: "", budget: BUDGETS.over },
  { name: "own handlers p99", unit: "ms", budget: BUDGETS.p99 },
  { name: "page CPU, × nothing", unit: "×", budget: BUDGETS.cpu },
  { name: "heap over nothing", unit: "kB" },
  { name: "layouts over nothing", unit: "" },
  { name: "requests", unit: "", budget: BUDGETS.requests },
  { name: "bodies", unit: "B" },
  { name: "with headers", unit: "B" },
  { name: "events", unit: "" },
  { name: "body per event", unit: "B", budget: BUDGETS.event },
  { name: "with headers per event", unit: "B", budget: BUDGETS.wire },
];
export const plot = { column: 2, title: "Own main-thread time per 1,000 streamed tokens, ms (sampled)" };

export const options = { rounds: 3, modes: "append", only: "" };

export async function run({ rounds, modes, only }) {
  const scripts = await peerScripts();
  const house = await House.open(4);
  const browser = await chromium.launch({
    executablePath: findChromium() ?? undefined,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-blink-features=AutomationControlled"],
  });
  const wanted = [nothing(), tacit(house), ...PEERS.map(peer)].filter(({ name }) => name === "nothing" || only === "" || only.split(",").includes(name));
  const rows = [];
  try {
    for (const mode of modes.split(",")) {
      const runs = new Map(wanted.map(({ name }) => [name, []]));
      for (let round = 0; round < rounds; round += 1) {
        // Each time another order, so that none always comes first.
        const order = wanted.map((_, i) => wanted[(i + round) % wanted.length]);
        for (const watcher of order) runs.get(watcher.name).push(await session({ browser, house, scripts, mode, watcher }));
      }
      rows.push(...rowsOf(mode, wanted, runs));
    }
  } finally {
    await browser.close();
    await house.close();
  }
  return rows;
}

const nothing = () => ({ name: "nothing", note: "", script: /^never$/, head: () => "", events: () => 0 });

const tacit = (house) => ({
  name: "tacit",
  note: "defaults",
  script: TACIT,
  isCollected: true,
  head: (sink) => `<script src="${house.url}/capture/tacit.js" data-key="${house.publishable}" data-endpoint="${sink}/c" data-flush-after-ms="10000" async></script>`,
});

const peer = ({ name, version, events }) => ({
  name,
  note: version,
  script: /\/peer\//,
  head: (sink) => `<script>window.BENCH_SINK = ${JSON.stringify(sink)};</script><script src="/peer/${name}.js" async></script>`,
  events,
});

/** One visit from loading to leaving. */
async function session({ browser, house, scripts, mode, watcher }) {
  const sink = await openSink(watcher.isCollected ? house.url : undefined);
  const site = await serveChat(scripts, house.pagesPort);
  site.setHead(watcher.head(sink.url));
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
  await context.close();
  await Promise.all([sink.close(), site.close()]);
  return { ...own, cpu, heap, layouts, requests: posts.length, bodies, headers, events };
}

const acknowledged = async (house) => (await house.ledger()).events.acknowledged;

function rowsOf(mode, watchers, runs) {
  const bare = runs.get("nothing");
  return watchers.map(({ name, note }) => {
    const of = (value) => median(runs.get(name).map((run, round) => value(run, bare[round])));
    const perEvent = (bytes) => of((run) => (run.events ? bytes(run) / run.events : 0));
    return {
      name: `${name} (${mode})`,
      note,
      values: [
        of((run) => run.start),
        of((run) => (run.own / TOKENS) * 1_000),
        of((run) => (run.sampled / TOKENS) * 1_000),
        of((run) => run.longest),
        of((run) => run.over),
        of((run) => run.p99),
        of((run, bare) => run.cpu / bare.cpu),
        of((run, bare) => (run.heap - bare.heap) / 1_000),
        of((run, bare) => run.layouts - bare.layouts),
        of((run) => run.requests),
        of((run) => run.bodies),
        of((run) => run.bodies + run.headers),
        of((run) => run.events),
        perEvent((run) => run.bodies),
        perEvent((run) => run.bodies + run.headers),
      ],
    };
  });
}

const sum = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
