// Somebody who edits answers, in a chat of `editors/`.

import { expect, test as base } from "./house.mjs";
import { serveBundled } from "./bundled.mjs";
import { snippet } from "./pages.mjs";

export { expect };

export const test = base.extend({
  desk: async ({ page, context, house }, use) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const site = await serveBundled(house, "editors", (html) => html.replace("%SNIPPET%", snippet(house, "")));
    const desk = new Desk(page, house, site);
    await use(desk);
    expect(desk.complaints).toEqual([]);
    await site.close();
  },
});

class Desk {
  constructor(page, house, site) {
    Object.assign(this, { page, house, site, complaints: [] });
    page.on("pageerror", (error) => this.complaints.push(error.message));
  }

  /** Opens the page and waits until the answers on it are known. */
  async visit(script, query = {}) {
    await this.page.goto(this.site.url(script, query));
    for (const id of query.lines ? ["o-1"] : ["o-1", "o-2", "o-3"]) await this.house.signals(id, "shown");
  }

  press(name, place = 0) {
    return this.page.getByRole("button", { name, exact: true }).nth(place).click();
  }

  async keys(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  type(text) {
    return this.page.keyboard.type(text);
  }

  /** To the twelfth character of the text, behind "The sky is ". */
  async toTheMiddle() {
    await this.keys("Control+Home", ...Array(11).fill("ArrowRight"));
  }

  /** Where a word stands on the screen. */
  boxOf(word) {
    return this.page.evaluate((word) => {
      const walker = document.createTreeWalker(document.querySelector(".place"), NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const start = walker.currentNode.nodeValue.indexOf(word);
        if (start < 0) continue;
        const range = document.createRange();
        range.setStart(walker.currentNode, start);
        range.setEnd(walker.currentNode, start + word.length);
        const { x, y, width, height } = range.getBoundingClientRect();
        return { x, y, width, height };
      }
      throw new Error(`no ${word}`);
    }, word);
  }

  /** From the next page on, counts how often an editor's text is read. */
  spyOnReads() {
    return this.page.addInitScript(() => {
      const reads = (window.reads = { all: 0, whileComposing: 0 });
      let composing = false;
      addEventListener("compositionstart", () => (composing = true), true);
      addEventListener("compositionend", () => (composing = false), true);
      const count = () => {
        reads.all += 1;
        if (composing) reads.whileComposing += 1;
      };
      const spy = (prototype, name, isEditor) => {
        const { get, set, ...rest } = Object.getOwnPropertyDescriptor(prototype, name);
        const getter = function () {
          if (isEditor(this) && /tacit|core\.js/.test(new Error().stack)) count();
          return get.call(this);
        };
        Object.defineProperty(prototype, name, { ...rest, get: getter, set });
      };
      spy(HTMLTextAreaElement.prototype, "value", () => true);
      spy(Node.prototype, "firstChild", (node) => node.contentEditable === "true");
    });
  }

  reads() {
    return this.page.evaluate(() => window.reads);
  }

  async edits(id) {
    return (await this.house.find(id))?.signals.filter(({ kind }) => kind === "edited");
  }

  /** As soon as the last edit of `id` is `expected`. */
  async expectEdited(expected, id = "o-1") {
    await expect
      .poll(async () => (await this.edits(id))?.at(-1))
      .toMatchObject(expected);
  }
}
