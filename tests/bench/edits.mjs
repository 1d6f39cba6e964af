// How long an edit of a long answer keeps the page's thread: node tests/bench/edits.mjs
//
// In Chromium, by the built package: an editor holds an answer, a person edits it, and
// the task that reads and compares it after a pause is timed from around its timer.
// CPU=4 throttles the processor, as a phone would be.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { findChromium } from "../../capture-wasm/build/chromium.mjs";
import { root } from "../../capture-wasm/build/tools.mjs";

const CHARS = 20_000;
const ROUNDS = 7;
const CPU = Number(process.env.CPU ?? 1);
const files = join(root, "capture-wasm/dist/web");

const PAGE = `<!doctype html><meta charset="utf-8"><div data-ai-output="o-1"></div><textarea></textarea>
<script src="/tacit.js" data-key="pk_bench" data-endpoint="/c" async></script>`;

/** What is done to the text: where it differs from the answer afterwards. */
const EDITS = {
  "a word in the middle": (words) => words.with(words.length / 2, "edited"),
  "a word at each end": (words) => words.with(3, "edited").with(-3, "edited"),
  "forty words all over": (words) => words.map((word, n) => (n % 80 === 7 ? "edited" : word)),
  "every tenth word": (words) => words.map((word, n) => (n % 10 === 7 ? "edited" : word)),
  "every second word": (words) => words.map((word, n) => (n % 2 ? "edited" : word)),
  "all of it": (words) => words.toReversed(),
};

/** Words of a text that says nothing, of which some are common. */
function words(chars) {
  let seed = 7;
  const random = (below) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const made = [];
  for (let length = 0; length < chars; length += made.at(-1).length + 1) {
    const rank = random(2 ** (3 + random(8)));
    made.push([...String(rank * 7919)].map((digit) => "aeiounrstl"[digit]).join(""));
  }
  return made;
}

async function run(browser, port, edit) {
  const page = await browser.newPage();
  await page.addInitScript(() => {
    const later = globalThis.setTimeout;
    globalThis.tasks = [];
    globalThis.setTimeout = (act, ms) =>
      later(() => {
        const start = performance.now();
        act();
        globalThis.tasks.push(performance.now() - start);
      }, ms);
    globalThis.tacitOptions = { onSignal: (signal) => (globalThis.signals ??= []).push(signal) };
  });
  await page.goto(`http://127.0.0.1:${port}/`);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: CPU });
  const answer = words(CHARS);
  await page.evaluate((text) => (document.querySelector("div").textContent = text), answer.join(" "));
  await page.waitForFunction(() => globalThis.signals?.some(({ kind }) => kind === "shown"));
  await page.evaluate((text) => (document.querySelector("textarea").value = text), answer.join(" "));
  await page.locator("textarea").focus();
  const tasks = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    // Every round another text, as what was told before is not told again.
    const text = [...edit(answer), ".".repeat(round)].join(" ");
    const before = await page.evaluate(() => {
      globalThis.tasks = [];
      return globalThis.signals.length;
    });
    await page.evaluate((text) => (document.querySelector("textarea").value = text), text);
    await page.keyboard.press(".");
    await page.waitForFunction((before) => globalThis.signals.slice(before).some(({ kind }) => kind === "edited"), before);
    tasks.push(await page.evaluate(() => Math.max(...globalThis.tasks)));
  }
  const last = await page.evaluate(() => globalThis.signals.findLast(({ kind }) => kind === "edited"));
  await page.close();
  tasks.sort((a, b) => a - b);
  return { tasks, last };
}

const server = createServer(async (request, response) => {
  const path = new URL(request.url, "http://page").pathname;
  if (path === "/") return response.setHeader("content-type", "text/html").end(PAGE);
  try {
    const body = await readFile(join(files, path));
    const type = path.endsWith(".wasm") ? "application/wasm" : "text/javascript";
    response.setHeader("content-type", type).end(body);
  } catch {
    response.writeHead(204).end();
  }
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const browser = await chromium.launch({ executablePath: findChromium() ?? undefined, args: ["--no-sandbox", "--disable-gpu"] });
console.log(`${CHARS} characters, CPU throttled ${CPU} times: ms of the task, best / median / worst of ${ROUNDS}`);
for (const [name, edit] of Object.entries(EDITS)) {
  const { tasks, last } = await run(browser, server.address().port, edit);
  const [best, median, worst] = [tasks[0], tasks[(ROUNDS - 1) / 2], tasks.at(-1)].map((ms) => ms.toFixed(1));
  console.log(`${name.padEnd(22)} ${best} / ${median} / ${worst}   inserted ${last.inserted}, deleted ${last.deleted}`);
}
await browser.close();
server.close();
