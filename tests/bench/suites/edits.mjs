// How long an edit of a long answer keeps the page's thread, and how well it is counted.
//
// In Chromium, by the built package: an editor holds an answer, a person edits it, and
// the task that reads and compares it after a pause is timed from around its timer.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { findChromium } from "../../../capture-wasm/build/chromium.mjs";
import { root } from "../../../capture-wasm/build/tools.mjs";

const CHARS = 20_000;
/** Edits of one kind in one page. */
const TIMES = 7;
const BUDGET_MS = 2;
const files = join(root, "capture-wasm/dist/web");

const PAGE = `<!doctype html><meta charset="utf-8"><div data-ai-output="o-1"></div><textarea></textarea>
<script src="/tacit.js" data-key="pk_bench" data-endpoint="/c" async></script>`;

/** What is done to the text: where it differs from the answer afterwards. */
const EDITS = {
  "tacit, a word in the middle": (words) => words.with(words.length / 2, "edited"),
  "a word at each end": (words) => words.with(3, "edited").with(-3, "edited"),
  "forty words all over": (words) => words.map((word, n) => (n % 80 === 7 ? "edited" : word)),
  "every tenth word": (words) => words.map((word, n) => (n % 10 === 7 ? "edited" : word)),
  "every second word": (words) => words.map((word, n) => (n % 2 ? "edited" : word)),
  "all of it": (words) => words.toReversed(),
};

export const tables = [
  {
    name: "edits",
    title: "Edits of a long answer",
    about: `An answer of ${CHARS.toLocaleString("en")} characters stands in an editor and is edited at one place or many, ${TIMES} times each: the task of the page's thread that reads and compares it, in wall time, and the counts against the smallest script of insertions and deletions. Up to some hundred edits are counted exactly; of more the counts are bounded, never too low. The budget is that of an edit at one place.`,
    measures: [
      { key: "task", what: "the task that reads and compares", unit: "ms", limit: "reading both texts once", budget: BUDGET_MS },
      { key: "inserted", what: "characters inserted", limit: "the smallest script" },
      { key: "deleted", what: "characters deleted", limit: "the smallest script" },
      { key: "tooMuch", what: "counted too much, of the characters of both texts", unit: "%", limit: "0" },
    ],
  },
];

export const options = {};

export async function run() {
  const server = await serve();
  const browser = await chromium.launch({ executablePath: findChromium() ?? undefined, args: ["--no-sandbox", "--disable-gpu"] });
  const kinds = [];
  try {
    for (const [name, edit] of Object.entries(EDITS)) kinds.push({ name, note: undefined, values: await edited(browser, server.address().port, edit) });
  } finally {
    await browser.close();
    server.close();
  }
  return [kinds];
}

async function edited(browser, port, edit) {
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
  const answer = words(CHARS);
  await page.evaluate((text) => (document.querySelector("div").textContent = text), answer.join(" "));
  await page.waitForFunction(() => globalThis.signals?.some(({ kind }) => kind === "shown"));
  await page.evaluate((text) => (document.querySelector("textarea").value = text), answer.join(" "));
  await page.locator("textarea").focus();
  const tasks = [];
  let text;
  for (let time = 0; time < TIMES; time += 1) {
    // Each time another text, as what was told before is not told again.
    text = [...edit(answer), ".".repeat(time)].join(" ");
    const before = await page.evaluate(() => {
      globalThis.tasks = [];
      return globalThis.signals.length;
    });
    await page.evaluate((text) => (document.querySelector("textarea").value = text), text);
    await page.keyboard.press(".");
    await page.waitForFunction((before) => globalThis.signals.slice(before).some(({ kind }) => kind === "edited"), before);
    tasks.push(await page.evaluate(() => Math.max(...globalThis.tasks)));
  }
  const { inserted, deleted } = await page.evaluate(() => globalThis.signals.findLast(({ kind }) => kind === "edited"));
  await page.close();
  const [from, to] = [answer.join(" "), `${text}.`];
  const least = from.length + to.length - 2 * common(from, to);
  const tooMuch = (100 * (inserted + deleted - least)) / (from.length + to.length);
  return { task: tasks, inserted, deleted, tooMuch };
}

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

/** Length of the longest common subsequence, by the textbook. */
function common(a, b) {
  const row = new Uint16Array(b.length + 1);
  for (let i = 0; i < a.length; i += 1) {
    const x = a.charCodeAt(i);
    let diagonal = 0;
    for (let n = 1; n <= b.length; n += 1) {
      const above = row[n];
      row[n] = x === b.charCodeAt(n - 1) ? diagonal + 1 : Math.max(above, row[n - 1]);
      diagonal = above;
    }
  }
  return row[b.length];
}

async function serve() {
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
  return server;
}
