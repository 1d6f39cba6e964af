// Answers are found by what they do, on pages that say nothing about them; each
// page is built to break one rule of js/find.

import { expect, test } from "./house.mjs";

/** As in pages/find/chat.js: the answers in the order in which they are given. */
const WORDS = [19, 21, 18, 18, 19];

class Chat {
  constructor(page, house) {
    Object.assign(this, { page, house });
  }

  static async open({ page, site, house }, name, query = {}) {
    await page.addInitScript(() => {
      window.tacitOptions = { onSignal: (signal) => (window.signals ??= []).push(signal), onError: (error) => (window.signals ??= []).push(error) };
    });
    page.on("pageerror", (error) => expect(error.message).toBe("nothing thrown"));
    await page.goto(site.url(`find/${name}`, { attributes: "", ...query }));
    await page.waitForFunction(() => window.tacit);
    return new Chat(page, house);
  }

  /** Types a question and sends it. */
  async ask(text, { by = "Enter", box = "#box" } = {}) {
    await this.page.locator(box).click();
    await this.page.keyboard.insertText(text);
    if (by === "Enter") await this.page.keyboard.press("Enter");
    else await this.page.locator(by).click();
  }

  /** Signals of a kind so far, as the page was told of them. */
  heard(kind) {
    return this.page.evaluate((kind) => (window.signals ?? []).filter((signal) => signal.kind === kind), kind);
  }

  /** Waits until `count` answers were shown; what was stored of them in their order. */
  async shown(count) {
    await expect.poll(() => this.heard("shown"), { timeout: 25_000 }).toHaveLength(count);
    await this.page.evaluate(() => window.tacit.flush());
    const heard = await this.heard("shown");
    const stored = await Promise.all(heard.map(({ output }) => this.house.signals(output, "shown")));
    for (const one of stored) expect(one).toHaveLength(1);
    return stored.map(([signal], n) => ({ ...signal, output: heard[n].output }));
  }
}

const words = (stored) => stored.map((signal) => signal.words);

for (const echo of [0, 150, 400]) {
  test(`an answer is found where title and list echo the question first, ${echo} ms before its turn`, async ({ page, site, house }) => {
    const chat = await Chat.open({ page, site, house }, "plain", { echo });
    await chat.ask("Why is the sky blue?");
    const [first] = await chat.shown(1);
    expect(first).toMatchObject({ words: WORDS[0], turn: 0, variant: 0 });
    expect(first.stream_ms).toBeGreaterThan(900);
    await chat.ask("What does a hash map do?");
    const [, second] = await chat.shown(2);
    expect(second).toMatchObject({ words: WORDS[1], turn: 1, variant: 0, conversation: first.conversation });
  });
}

test("status lines, toasts, dates, clocks, footers and copies for screen readers are no answers", async ({ page, site, house }) => {
  const chat = await Chat.open({ page, site, house }, "decoys");
  await chat.ask("Why is the sky blue?");
  await chat.shown(1);
  await chat.ask("What does a hash map do?", { by: "button" });
  expect(words(await chat.shown(2))).toEqual(WORDS.slice(0, 2));
});

test("an answer that comes whole is found, its indicator is none", async ({ page, site, house }) => {
  const chat = await Chat.open({ page, site, house }, "whole");
  await chat.ask("Why is the sky blue?");
  const [first] = await chat.shown(1);
  expect(first).toMatchObject({ words: WORDS[0], stream_ms: 0 });
  await chat.ask("What does a hash map do?");
  expect(words(await chat.shown(2))).toEqual(WORDS.slice(0, 2));
});

test("names, times, versions and controls of a message are not its answer", async ({ page, site, house }) => {
  const chat = await Chat.open({ page, site, house }, "dressed");
  await chat.ask("Why is the sky blue?");
  await chat.shown(1);
  await chat.ask("What does a hash map do?");
  expect(words(await chat.shown(2))).toEqual([WORDS[0] + 6, WORDS[1] + 6]);
});

test("a greeting is an answer once an answer looks like it", async ({ page, site, house }) => {
  const chat = await Chat.open({ page, site, house }, "dressed", { greeting: 1 });
  await chat.ask("Why is the sky blue?");
  expect(words(await chat.shown(2))).toEqual([WORDS[0] + 6, 8]);
});

test("open shadow roots belong to the page", async ({ page, site, house }) => {
  const chat = await Chat.open({ page, site, house }, "shadow");
  await chat.ask("Why is the sky blue?");
  await chat.shown(1);
  await chat.ask("What does a hash map do?");
  expect(words(await chat.shown(2))).toEqual(WORDS.slice(0, 2));
});

test("markers and ids that the page has are used", async ({ page, site, house }) => {
  const chat = await Chat.open({ page, site, house }, "marked");
  const [greeting] = await chat.shown(1);
  expect(greeting).toMatchObject({ output: "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed", words: 10 });
  await chat.ask("Why is the sky blue?");
  const [, first] = await chat.shown(2);
  expect(first.output).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  expect(first).toMatchObject({ words: WORDS[0], turn: 1, conversation: greeting.conversation });
});

test("a suggestion asks, other buttons with words do not", async ({ page, site, house }) => {
  const chat = await Chat.open({ page, site, house }, "chips");
  await page.locator("#news").click();
  await page.locator("#chip").click();
  await chat.shown(1);
  await chat.ask("Why is the sky blue?");
  expect(words(await chat.shown(2))).toEqual([WORDS[3], WORDS[0]]);
});

test("a prompt that is drawn as Markdown is its echo", async ({ page, site, house }) => {
  const chat = await Chat.open({ page, site, house }, "drawn");
  await page.locator("#box").click();
  for (const line of ["Please **explain** both:", "1. the `map`", "2. the [list](https://example.org)"]) {
    await page.keyboard.insertText(line);
    await page.keyboard.press("Shift+Enter");
  }
  await page.keyboard.press("Enter");
  expect(words(await chat.shown(1))).toEqual([WORDS[0]]);
});
