// A chat on a page that makes everything difficult: it goes on working, hears of no
// error of ours, and no task of ours holds it up.

import { expect, test as base } from "./house.mjs";
import { trace } from "../bench/trace.mjs";

export { expect };

/** The budget is 10 ms; a loaded machine has cold caches. */
const TASK_MS_MAX = 30;

export const WORDS = "An answer of some words that a person would read, at the pace at which models write them.";

export const test = base.extend({
  /** A chat on a page that `before` made difficult before anything ran. */
  chat: async ({ page, site, house }, use, { annotations }) => {
    const chat = {
      complaints: [],
      async open(before = () => {}, { path = "hostile/chat", ...query } = {}) {
        page.on("pageerror", (error) => chat.complaints.push(`error: ${error.message}`));
        page.on("console", (message) => {
          if (message.type() === "error" || message.text().startsWith("tacit")) chat.complaints.push(message.text());
        });
        await page.addInitScript(() => {
          window.told = [];
          window.tacitOptions = { onError: (error) => (window.told[window.told.length] = error) };
        });
        await page.addInitScript(before);
        chat.watching = await trace(page);
        await page.goto(site.url(path, query));
        // Resolves once the module runs, or cannot.
        await page.waitForFunction(() => window.tacit);
        await page.evaluate(() => window.tacit.flush());
      },
      /** The page works, and of us nothing is heard; but where we `mayRetire`, that we did. */
      async expectWell({ mayRetire = false } = {}) {
        expect(await page.evaluate(() => window.works())).toBe(true);
        await page.locator("#note").fill("typed by a person");
        expect(await page.locator("#note").inputValue()).toBe("typed by a person");
        const { longest, over, calls, own } = await chat.watching.stop();
        const said = `longest ${longest.toFixed(1)} ms of ${calls} calls, ${over} over 10 ms, ${own.toFixed(0)} ms in all`;
        annotations.push({ type: "own time", description: said });
        const told = (await page.evaluate(() => window.told)).map(({ code, message }) => `${code}: ${message}`);
        // A busy machine makes any of our tasks long; that then less is done is as it should be.
        const slow = told.findIndex((said) => said.startsWith("slowed_down"));
        if (slow >= 0) told.splice(slow, 1);
        const { complaints } = chat;
        // Each once: that we retired, that a selector could not be asked for, or both.
        const forgive = (pattern) => {
          const place = told.findIndex((said) => pattern.test(said));
          return mayRetire && place >= 0 && told.splice(place, 1);
        };
        forgive(/not a CSS selector/);
        if (forgive(/^capture_failed/)) expect(complaints.splice(0)).toEqual([expect.stringContaining("tacit: capture_failed")]);
        expect({ told, complaints }).toEqual({ told: [], complaints: [] });
        if (process.env.TACIT_METER) console.log(`own time: ${said}`);
        expect(calls).toBeGreaterThan(0);
        expect(longest).toBeLessThan(TASK_MS_MAX);
      },
      /** An answer is noticed all the same. */
      async expectShown(id) {
        expect((await house.signals(id, "shown")).length).toBe(1);
      },
      answer: (words = WORDS) => page.evaluate(async (words) => (await window.answer(words)).getAttribute("data-ai-output"), words),
    };
    await use(chat);
  },
});
