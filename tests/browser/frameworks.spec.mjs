// Chats in frameworks that wrap the page, or draw everything twice: they work as
// without us, and every act is seen once.

import { serveBundled } from "./bundled.mjs";
import { expect, test as base } from "./house.mjs";
import { snippet } from "./pages.mjs";

const FIRST = '<script type="module" src="/scripts/first.js"></script>';

/** Zone.js first, as Angular has it; or after us, as an async script may come out; or alone. */
const HEADS = { before: (ours) => FIRST + ours, after: (ours) => ours + FIRST, alone: () => FIRST, none: () => "" };

const test = base.extend({
  chat: async ({ page, context, house }, use) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    const site = await serveBundled(house, "frameworks", (html, { head = "none" }) => html.replace("%HEAD%", HEADS[head](snippet(house, ""))));
    await page.addInitScript(() => {
      window.tacitOptions = { onSignal: (signal) => (window.signals ??= []).push(signal) };
    });
    await use({
      open: (script, query) => page.goto(site.url(script, query)),
      async ask(text, number) {
        await page.locator("#box").click();
        await page.keyboard.type(text);
        await page.keyboard.press("Enter");
        await expect(page.locator("p").nth(number)).toContainText(/(blue|order)\.$/);
      },
      /** Copies that answer, with the button, once it is known to whoever `listens`. */
      async copy(number, listens = true) {
        if (listens) await expect.poll(async () => (await heard(page)).filter((kind) => kind === "shown").length).toBe(number + 1);
        await page.getByRole("button", { name: "Copy" }).nth(number).click();
        const text = await page.locator("p").nth(number).textContent();
        await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(text);
      },
    });
    expect(complaints).toEqual([]);
    await site.close();
  },
});

/** The kinds of what was told so far; reading is told again and again. */
const heard = (page) => page.evaluate(() => (window.signals ?? []).map(({ kind }) => kind).filter((kind) => kind !== "dwell").sort());

test("React's strict mode draws and ends everything twice, and each act is told once", async ({ chat, page, house }) => {
  await chat.open("strict", { key: house.publishable, endpoint: `${house.url}/c` });
  // The first was ended right after it began.
  await page.waitForFunction(() => window.handles.length > 1);
  await page.evaluate(() => window.handles.at(-1).flush());
  await chat.ask("Why is the sky blue?", 0);
  await chat.copy(0);
  await chat.ask("What does a hash map do?", 1);
  await chat.copy(1);
  await expect.poll(() => heard(page)).toEqual(["copied", "copied", "followed_up", "shown", "shown"]);
  await page.evaluate(() => window.handles.at(-1).flush());
  const shown = await page.evaluate(() => window.signals.filter(({ kind }) => kind === "shown").map(({ output }) => output));
  for (const output of shown) {
    for (const kind of ["shown", "copied"]) expect(await house.signals(output, kind)).toHaveLength(1);
  }
});

for (const head of ["before", "after"]) {
  test(`an app in a zone, with zone.js ${head} us, runs the same tasks as alone, but for a timer after a copy`, async ({ chat, page, house }) => {
    const tasks = {};
    for (const which of ["alone", head]) {
      await chat.open("zone", { head: which });
      if (which !== "alone") await page.waitForFunction(() => window.tacit);
      if (which !== "alone") await page.evaluate(() => window.tacit.flush());
      await chat.ask("Why is the sky blue?", 0);
      await chat.copy(0, which !== "alone");
      await expect(page.getByRole("button", { name: "Copy" })).toHaveAttribute("data-zone", "app");
      if (which !== "alone") await expect.poll(() => heard(page)).toEqual(["copied", "shown"]);
      await expect.poll(() => page.evaluate(() => window.isBusy)).toBe(false);
      tasks[which] = await page.evaluate(() => window.tasks);
      expect(await page.evaluate(() => window.failures)).toEqual([]);
    }
    // What is put on the clipboard is heard of in the app's zone, as its own call is: a timer or two.
    const more = tasks[head].splice(tasks.alone.length);
    expect(tasks[head]).toEqual(tasks.alone);
    expect(more.length).toBeLessThanOrEqual(2);
  });
}
