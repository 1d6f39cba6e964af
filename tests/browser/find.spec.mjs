// Answers are found by what they do, on pages that say nothing about them; each
// page is built to break one rule of js/find.

import { expect, test } from "./house.mjs";

// Each has a house of its own, and most of them wait: one after the other they outlast all others.
test.describe.configure({ mode: "parallel" });

/** As in pages/find/chat.js: the answers in the order in which they are given. */
const WORDS = [19, 21, 18, 18, 19];

class Chat {
  constructor(page, house) {
    Object.assign(this, { page, house });
  }

  static async open({ page, site, house }, name, query = {}, before = () => {}) {
    await page.addInitScript(before);
    await page.addInitScript(() => {
      window.tacitOptions = { onSignal: (signal) => (window.signals ??= []).push(signal), onError: (error) => (window.signals ??= []).push(error) };
    });
    page.on("pageerror", (error) => expect(error.message).toBe("nothing thrown"));
    await page.goto(site.url(`find/${name}`, { attributes: "", ...query }));
    await page.waitForFunction(() => window.tacit);
    // Resolves once the module runs: what is asked before is heard of by nobody.
    await page.evaluate(() => window.tacit.flush());
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

test("an answer that is drawn together with its question is found", async ({ page, site, house }) => {
  const chat = await Chat.open({ page, site, house }, "atonce");
  await chat.ask("Why is the sky blue?");
  const [first] = await chat.shown(1);
  expect(first).toMatchObject({ words: WORDS[0], stream_ms: 0 });
  await chat.ask("What does a hash map do?", { by: "button" });
  expect(words(await chat.shown(2))).toEqual(WORDS.slice(0, 2));
});

for (const [name, more] of [["plain", 0], ["twice", 9]]) {
  test(`where looks at the page come late, an answer that is over by then is found: ${name}`, async ({ page, site, house }) => {
    const chat = await Chat.open({ page, site, house }, name, {}, () => {
      // As on a machine that is too busy.
      const later = window.setTimeout;
      window.setTimeout = (fn, ms) => later(fn, /core\.js/.test(new Error().stack) ? Math.max(ms, 2_000) : ms);
    });
    await chat.ask("Why is the sky blue?");
    const [first] = await chat.shown(1);
    expect(first.stream_ms).toBeGreaterThan(900);
    await chat.ask("What does a hash map do?");
    // By its growth alone is an answer told apart from what stands beside it.
    for (const [n, count] of words(await chat.shown(2)).entries()) {
      expect(count).toBeGreaterThanOrEqual(WORDS[n]);
      expect(count).toBeLessThanOrEqual(WORDS[n] + more);
    }
  });
}

test("names, times, versions and controls of a message are not its answer", async ({ page, site, house }) => {
  const chat = await Chat.open({ page, site, house }, "dressed");
  await chat.ask("Why is the sky blue?");
  await chat.shown(1);
  await chat.ask("What does a hash map do?");
  expect(words(await chat.shown(2))).toEqual([WORDS[0] + 6, WORDS[1] + 6]);
});

test("a text that stands in its message twice, above a date, in elements without a box or height", async ({ page, site, house }) => {
  const chat = await Chat.open({ page, site, house }, "twice");
  await chat.ask("Why is the sky blue?");
  const [first] = await chat.shown(1);
  expect(first).toMatchObject({ words: WORDS[0] });
  expect(first.stream_ms).toBeGreaterThan(400);
  await chat.ask("What does a hash map do?");
  expect(words(await chat.shown(2))).toEqual(WORDS.slice(0, 2));
});

test("a greeting is no answer, though it looks like one", async ({ page, site, house }) => {
  const chat = await Chat.open({ page, site, house }, "dressed", { greeting: 1 });
  await chat.ask("Why is the sky blue?");
  await chat.shown(1);
  await chat.ask("What does a hash map do?");
  expect(words(await chat.shown(2))).toEqual([WORDS[0] + 6, WORDS[1] + 6]);
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

for (const by of ["same", "sibling"]) {
  test(`an answer that is given again in ${by === "same" ? "its element" : "a new one"} is another version, and the first can come back`, async ({ page, site, house }) => {
    const chat = await Chat.open({ page, site, house }, "again", { by });
    await chat.ask("Why is the sky blue?");
    await chat.shown(1);
    await page.getByLabel("Regenerate").click();
    const [first, second] = await chat.shown(2);
    expect(second).toMatchObject({ words: WORDS[3], turn: 0, variant: 1, replaces: first.output, conversation: first.conversation });
    expect(await chat.heard("regenerated")).toMatchObject([{ output: first.output, ordinal: 1 }]);
    await page.locator("#back").click();
    await expect.poll(() => chat.heard("switched")).toMatchObject([{ output: second.output, from: second.output, to: first.output }]);
    await chat.shown(2);
  });
}

test("messages that only an id names are known again at once: versions that change while somebody reads", async ({ page, site, house }) => {
  const chat = await Chat.open({ page, site, house }, "versions");
  await chat.ask("Why is the sky blue?");
  const [first] = await chat.shown(1);
  await page.getByLabel("Regenerate").click();
  await page.getByText("Try again").click();
  const [, second] = await chat.shown(2);
  expect(second).toMatchObject({ words: WORDS[3], turn: 0, variant: 1, replaces: first.output });
  const switches = [];
  for (const [label, from, to] of [["Previous message", second, first], ["Next message", first, second]]) {
    await page.getByLabel(label).click();
    switches.push({ output: from.output, from: from.output, to: to.output });
    await expect.poll(() => chat.heard("switched")).toMatchObject(switches);
  }
  await page.locator("li:last-child p").click({ clickCount: 3 });
  await page.keyboard.press("Control+c");
  await expect.poll(() => chat.heard("copied")).toMatchObject([{ output: second.output, share: 1 }]);
  await chat.ask("What does a hash map do?");
  const [, , next] = await chat.shown(3);
  expect(next).toMatchObject({ words: WORDS[1], turn: 1, conversation: first.conversation });
  // Nothing else was taken for an answer meanwhile, as the time of a question.
  expect((await chat.heard("shown")).map(({ words }) => words)).toEqual([WORDS[0], WORDS[3], WORDS[1]]);
});

for (const keyed of [{}, { keyed: 1 }]) {
  test(`a conversation that is switched ${keyed.keyed ? "draws other elements" : "re-uses elements"}, and nothing was regenerated`, async ({ page, site, house }) => {
    const chat = await Chat.open({ page, site, house }, "switch", keyed);
    await chat.ask("Why is the sky blue?");
    await chat.shown(1);
    await page.locator("#two").click();
    const [first, other] = await chat.shown(2);
    expect(other).toMatchObject({ words: WORDS[4], turn: 0, variant: 0, stream_ms: 0 });
    expect(other.conversation).not.toBe(first.conversation);
    await page.locator("#one").click();
    await expect(page.locator(".bot")).toHaveText(/Short waves/);
    await chat.ask("What does a hash map do?");
    const [, , next] = await chat.shown(3);
    expect(next).toMatchObject({ words: WORDS[1], turn: 1, conversation: first.conversation });
    expect([...(await chat.heard("regenerated")), ...(await chat.heard("switched"))]).toEqual([]);
  });
}

for (const window of [{}, { window: 1 }]) {
  test(`answers drawn anew with every word ${window.window ? "in a list that unmounts the old ones " : ""}stay the same`, async ({ page, site, house }) => {
    const chat = await Chat.open({ page, site, house }, "redrawn", window);
    for (const [n, prompt] of ["Why is the sky blue?", "What does a hash map do?", "When does water boil?"].entries()) {
      await chat.ask(prompt);
      await chat.shown(n + 1);
    }
    await page.locator("#up").click();
    await expect(page.locator("#list")).toContainText("Short waves");
    await page.locator("#down").click();
    await chat.ask("And the moon?");
    const shown = await chat.shown(4);
    expect(words(shown)).toEqual(WORDS.slice(0, 4));
    expect(shown.map(({ turn }) => turn)).toEqual([0, 1, 2, 3]);
    expect(await chat.heard("regenerated")).toEqual([]);
  });
}

test("two chats on a page have a conversation each", async ({ page, site, house }) => {
  const chat = await Chat.open({ page, site, house }, "two");
  await chat.ask("Why is the sky blue?", { box: "#left" });
  await chat.shown(1);
  await chat.ask("What does a hash map do?", { box: "#right" });
  await chat.shown(2);
  await chat.ask("And then what?", { box: "#left" });
  const [left, right, next] = await chat.shown(3);
  expect(right.conversation).not.toBe(left.conversation);
  expect(next).toMatchObject({ conversation: left.conversation, turn: 1 });
  expect(right.turn).toBe(0);
});

for (const field of ["input", "editable", "replaced"]) {
  test(`a composer is what it does: ${field}`, async ({ page, site, house }) => {
    const chat = await Chat.open({ page, site, house }, "fields", { field });
    await chat.ask("skies", { box: "#search" });
    await chat.ask("Why is the sky blue?");
    await chat.shown(1);
    await chat.ask("What does a hash map do?");
    const shown = await chat.shown(2);
    expect(words(shown)).toEqual(WORDS.slice(0, 2));
    expect(shown.map(({ turn }) => turn)).toEqual([0, 1]);
  });
}

test("what is run in an editor inside an answer is no question", async ({ page, site, house }) => {
  const chat = await Chat.open({ page, site, house }, "code");
  await chat.ask("Why is the sky blue?");
  await chat.shown(1);
  await page.locator("#code").click();
  await page.keyboard.press("End");
  await page.keyboard.insertText(" print(2)");
  await page.keyboard.press("Enter");
  await expect(page.locator(".console")).toContainText("no more");
  await chat.ask("What does a hash map do?");
  const shown = await chat.shown(2);
  expect(shown.map(({ turn }) => turn)).toEqual([0, 1]);
});

test("a question that is edited and sent again begins a turn, one that is not sent does not", async ({ page, site, house }) => {
  const chat = await Chat.open({ page, site, house }, "edited");
  await chat.ask("Why is the sky blue?");
  const [first] = await chat.shown(1);
  await page.locator("#pen").click();
  await page.locator("#edit").click();
  await page.locator("#cancel").click();
  await page.locator("#pen").click();
  await page.locator("#edit").fill("How hot does water get?");
  await page.locator("#save").click();
  const [, second] = await chat.shown(2);
  expect(second).toMatchObject({ words: WORDS[2], turn: 1, variant: 0, conversation: first.conversation });
  expect(second.replaces).toBeUndefined();
  expect(await chat.heard("regenerated")).toEqual([]);
});

for (const how of [{}, { up: 1 }, { streams: 1 }]) {
  test(`answers in another language ${how.up ? "with the newest on top" : how.streams ? "that stream while the page is opened" : ""}`, async ({ page, site, house }) => {
    const chat = await Chat.open({ page, site, house }, "late", how);
    await chat.ask("空はなぜ青いのですか");
    const [first] = await chat.shown(how.streams ? 2 : 1);
    expect(first.chars).toBeGreaterThan(40);
    await chat.ask("もう一度言って");
    const shown = await chat.shown(how.streams ? 3 : 2);
    expect(new Set(shown.map(({ turn }) => turn)).size).toBe(shown.length);
  });
}

test("an answer that stalls for seconds is shown once, whole, as long as the page says that it goes on", async ({ page, site, house }) => {
  const chat = await Chat.open({ page, site, house }, "pause", { stop: 1 });
  await chat.ask("Why is the sky blue?");
  const [first] = await chat.shown(1);
  expect(first.words).toBe(WORDS[0]);
  expect(first.stream_ms).toBeGreaterThan(3_500);
});

test("an answer that goes on after it was complete is the same, and shown once", async ({ page, site, house }) => {
  const chat = await Chat.open({ page, site, house }, "pause");
  await chat.ask("Why is the sky blue?");
  const [first] = await chat.shown(1);
  expect(first.words).toBe(8);
  await expect(page.locator(".a")).toHaveText(/blue\.$/);
  await page.locator(".a").click({ clickCount: 3 });
  await page.keyboard.press("Control+c");
  await expect.poll(() => chat.heard("copied")).toMatchObject([{ output: first.output, share: 1 }]);
  await chat.shown(1);
});

test("a composer that comes into focus while an answer streams shows rest when that is over, though the message still changes", async ({ page, site, house }) => {
  const chat = await Chat.open({ page, site, house }, "moved");
  await chat.ask("Why is the sky blue?");
  await chat.shown(1);
  await chat.ask("What does a hash map do?");
  expect(words(await chat.shown(2))).toEqual(WORDS.slice(0, 2));
});

test("a row of controls below an answer belongs to it, those below a question and below all do not", async ({ page, site, house }) => {
  const chat = await Chat.open({ page, site, house }, "beside");
  await chat.ask("Why is the sky blue?");
  const [first] = await chat.shown(1);
  const like = page.getByRole("button", { name: "Like" });
  await expect(like).toHaveCount(3);
  await like.first().click();
  await like.last().click();
  await like.nth(1).click();
  await expect.poll(() => chat.heard("rated")).toMatchObject([{ output: first.output, value: 1 }]);
  await chat.ask("What does a hash map do?");
  const [, second] = await chat.shown(2);
  await expect(like).toHaveCount(5);
  await like.nth(2).click();
  await like.nth(3).click();
  await expect.poll(() => chat.heard("rated")).toMatchObject([{ output: first.output }, { output: second.output, value: 1 }]);
});

for (const by of ["name", "its place"]) {
  test(`a notice that an answer was stopped is none, by a button known by ${by}; others that are short and whole are`, async ({ page, site, house }) => {
    const chat = await Chat.open({ page, site, house }, "stopped", by === "name" ? {} : { nameless: 1 });
    const stop = async (words, key) => {
      if (words) await expect(page.locator("li:last-child p")).toHaveText(words);
      if (key) await page.keyboard.press(key);
      else await page.locator("#stop").click();
      await expect(page.locator("#stop")).toHaveCount(0);
    };
    await chat.ask("Why is the sky blue?");
    await chat.shown(2);
    await chat.ask("What does a hash map do?");
    await stop(/entry in constant/);
    const [, , cut] = await chat.shown(3);
    await chat.ask("Shortly, what is the answer?");
    await chat.shown(4);
    await chat.ask("Fail, please");
    await chat.shown(5);
    await chat.ask("Wait a moment");
    await expect.poll(() => chat.heard("followed_up")).toHaveLength(4);
    await stop();
    await chat.ask("Go on after I stopped you");
    await stop(/waves scatter far/, by === "name" && "Escape");
    const shown = await chat.shown(7);
    const [whole, short, , answer, failure, half, more] = shown.map(({ words }) => words);
    expect({ whole, short, answer, failure, more }).toEqual({ whole: WORDS[0], short: 5, answer: 3, failure: 3, more: WORDS[4] });
    expect(cut.words).toBeLessThan(WORDS[1]);
    expect(half).toBeLessThan(WORDS[0]);
    // Of the notices none; and what was stopped before its first word was no answer.
    const followed = await chat.heard("followed_up");
    expect(followed.map(({ output }) => shown.findIndex((one) => one.output === output))).toEqual([1, 2, 3, 4]);
  });
}
