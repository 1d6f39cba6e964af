// node tests/bench/capture.mjs [--rounds N] [--modes append,inner]
//
// What capture costs a streaming chat, against the budgets: the session in which
// its peers were measured (20 answers, 2,480 tokens at 100 a second, 4 of them
// asked for again, 10 copies, 4 edits, 5 ratings, and away), with and without
// Tacit in turn in one run. CPU times are those of the thread, so that a busy
// machine lengthens them little; still, run it when nothing else does.

import { parseArgs } from "node:util";
import { chromium } from "@playwright/test";
import { findChromium } from "../../capture-wasm/build/chromium.mjs";
import { Witness } from "../browser/canaries.mjs";
import { House } from "../browser/house.mjs";
import { servePages } from "../browser/pages.mjs";
import { trace } from "./trace.mjs";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "3" }, modes: { type: "string", default: "append,inner" } },
});

const BUDGETS = [
  ["start, longest task", "ms", 10, (run) => run.start],
  ["own time per 1,000 tokens", "ms", 100, (run) => (run.own / run.tokens) * 1_000],
  ["own longest task", "ms", 10, (run) => run.longest],
  ["own tasks over 10 ms", "", 0, (run) => run.over],
  ["own handlers, p99", "ms", 0.2, (run) => run.p99],
  ["page's CPU, with / without", "×", 1.03, (run, without) => run.cpu / without.cpu],
  ["requests", "", 6, (run) => run.requests],
  ["bytes per event, bodies", "B", 24, (run) => run.bytes / run.events],
  ["events", "", null, (run) => run.events],
];

const house = await House.open(4);
const browser = await chromium.launch({
  executablePath: findChromium() ?? undefined,
  args: ["--no-sandbox", "--disable-gpu", "--disable-blink-features=AutomationControlled"],
});
try {
  for (const mode of values.modes.split(",")) {
    const rounds = { with: [], without: [] };
    for (let round = 0; round < Number(values.rounds); round += 1) {
      for (const kind of round % 2 ? ["with", "without"] : ["without", "with"]) {
        rounds[kind].push(await session(mode, kind === "with"));
      }
    }
    print(mode, rounds);
  }
} finally {
  await browser.close();
  await house.close();
}

/** One visit from loading to leaving. */
async function session(mode, isWatched) {
  const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  const witness = await Witness.open(context, house.url);
  const site = await servePages({ ...house, url: witness.url });
  const page = await context.newPage();
  let events = 0;
  await page.exposeBinding("sentEvents", (_, sent) => (events += sent));
  await page.addInitScript(() => (window.tacitOptions = { onSend: ({ events }) => window.sentEvents(events) }));
  // Without, the script is one that does not exist: the page itself is the same.
  if (!isWatched) await page.route("**/tacit.js*", (route) => route.abort());
  const watching = await trace(page);
  await page.goto(`${site.url("bench/chat", { attributes: 'data-flush-after-ms="10000"' })}#${mode}`);
  await page.waitForTimeout(3_500); // Ours begins once the page is idle.
  const loaded = await watching.cpu();
  await visit(page);
  const cpu = (await watching.cpu()) - loaded;
  const own = await watching.stop();
  const tokens = 2_480 + 4 * 80;
  await page.close({ runBeforeUnload: true });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const bodies = witness.bodies;
  const bytes = bodies.reduce((sum, body) => sum + body.length, 0);
  await context.close();
  await Promise.all([witness.close(), site.close()]);
  return { ...own, cpu, tokens, requests: bodies.length, bytes, events };
}

async function visit(page) {
  const click = (name) => page.getByRole("button", { name, exact: true }).last().click();
  for (let answer = 0; answer < 20; answer += 1) {
    await page.evaluate((tokens) => window.ask(tokens), answer % 5 === 4 ? 300 : 80);
    if (answer % 5 === 1) await page.evaluate(() => window.again(80));
    await page.mouse.move(200, 100 + answer);
    await page.mouse.wheel(0, -120);
    await page.mouse.wheel(0, 240);
    await page.waitForTimeout(1_200);
    if (answer % 4 === 0) await click("Copy");
    if (answer % 4 === 1) {
      await page.locator("[data-ai-output]").last().locator("p").first().click({ clickCount: 3 });
      await page.keyboard.press("Control+c");
    }
    if (answer % 4 === 2) await click("Good response");
    if (answer % 5 === 3) {
      await click("Edit");
      await page.keyboard.press("Control+End");
      await page.keyboard.type("A few words more.", { delay: 20 });
      await page.locator("#prompt").click();
    }
  }
  // The last acts, and away at once.
  await click("Copy");
  await click("Good response");
}

function print(mode, { with: watched, without }) {
  console.log(`\n${mode}: median of ${watched.length}`);
  for (const [name, unit, budget, value] of BUDGETS) {
    const all = watched.map((run, round) => value(run, without[round])).sort((a, b) => a - b);
    const median = all[Math.floor(all.length / 2)];
    const verdict = budget === null ? "" : median <= budget ? "within" : "OVER";
    const range = all.length > 1 ? ` (${digits(all[0])}–${digits(all.at(-1))})` : "";
    console.log(`  ${name.padEnd(30)} ${digits(median).padStart(8)} ${unit.padEnd(2)}${range.padEnd(18)} ${budget ?? ""} ${verdict}`);
  }
}

function digits(number) {
  return Number.isInteger(number) ? String(number) : number.toFixed(number < 10 ? 3 : 1);
}
