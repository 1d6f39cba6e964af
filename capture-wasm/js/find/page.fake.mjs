// A page without a browser for the tests of the rules: real elements and real records
// of changes, a clock that the test turns, and no layout.

import { JSDOM } from "jsdom";

const { window } = new JSDOM("<!doctype html><body></body>");
for (const name of ["document", "Node", "MutationObserver", "HTMLTextAreaElement", "HTMLInputElement", "getComputedStyle"]) globalThis[name] = window[name];

const { finder } = await import("./finder.js");

/** How often the module looks at a page that changes. */
const LOOK_MS = 200;

/** The chat whose clock is the page's. */
let current;
Object.defineProperty(globalThis, "performance", { value: { now: () => current.now } });

/** The elements that the HTML describes, the first of them. */
export function draw(html) {
  document.body.innerHTML = html;
  return document.body.firstElementChild;
}

export const $ = (selector) => document.querySelector(selector);

/** A chat whose answers are looked for. */
export class Chat {
  now = 10_000;
  found = [];

  constructor(html, { lookMs = LOOK_MS } = {}) {
    current = this;
    draw(html);
    this.lookMs = lookMs;
    this.finder = finder(() => [document], () => [...document.querySelectorAll("textarea")]);
    this.observer = new MutationObserver(() => {});
    this.observer.observe(document, { childList: true, characterData: true, subtree: true });
    this.nextLook = this.now;
    this.#look();
  }

  /** The page does something. */
  change(doing) {
    doing();
    const records = this.observer.takeRecords();
    if (records.length > 0) this.finder.changed(records, this.now);
  }

  /** A question is sent; the page draws it as the HTML of its turn, at the end of what is selected. */
  ask(text, turn = `<div class="mine">${text}</div>`, place = "#log", more = {}) {
    this.finder.ask({ text, sure: true, sentAt: this.now, ...more }, this.now);
    this.change(() => $(place).insertAdjacentHTML("beforeend", turn));
  }

  /** The clock goes on; all is looked at now and then. */
  wait(ms) {
    for (const end = this.now + ms; this.now < end; this.now += 50) if (this.now >= this.nextLook) this.#look();
    return this.found;
  }

  /** A word every 50 ms; `put` is given all of them so far. */
  stream(text, put) {
    const words = text.split(/(?<= )/);
    words.forEach((_, n) => {
      this.change(() => put(words.slice(0, n + 1).join("")));
      this.wait(50);
    });
  }

  /** The texts of the answers on the page, as of the last look. */
  texts() {
    return this.found.map(({ body }) => body.textContent);
  }

  #look() {
    this.found = this.finder.look([], this.now, true);
    this.nextLook = this.now + this.lookMs;
  }
}
