// Somebody at a chat, with a mouse and a keyboard. Everything done is noted
// with the time and the answer it was about: the truth that signals are held against.

import { setTimeout as delay } from "node:timers/promises";
import { expect } from "@playwright/test";

/** Reads a while: longer than a text must stand still to be settled. */
const READ_MS = 1_300;
const HAND_MS = 700;
const PATIENCE_MS = 20_000;
/** Of a long answer, before it is stopped. */
const HEARD_CHARS = 60;

export class Person {
  /** What was done, in order. */
  acts = [];
  /** What was asked. */
  prompts = [];

  constructor(page, chat, model) {
    Object.assign(this, { page, chat, model });
    this.complaints = [];
    page.on("pageerror", (error) => this.complaints.push(error.message));
    this.conversation = 0;
    /** The answer that the page shows last. */
    this.current = null;
  }

  async visit(url) {
    await this.page.goto(url);
    await this.chat.ready?.(this.page);
    await expect(this.composer()).toBeVisible();
  }

  can(control) {
    return Boolean(this.chat.controls?.[control]);
  }

  composer() {
    return this.chat.composer(this.page);
  }

  /** The text of the answers on the page. */
  answer() {
    return this.chat.answers(this.page).last();
  }

  async ask(prompt, kind, intent) {
    const said = await this.askFor(prompt, kind, intent);
    await this.hear(said);
    return said;
  }

  async askFor(prompt, kind, intent) {
    await this.type(prompt);
    return this.send(kind, intent);
  }

  async type(text) {
    await this.composer().click();
    await this.#write(text);
  }

  /** A line break is Shift+Enter, where the composer has more than one line. */
  async #write(text) {
    this.prompts.push(text);
    const { keyboard } = this.page;
    const [first, ...others] = this.chat.singleLine ? [text.replaceAll("\n", " ")] : text.split("\n");
    await keyboard.type(first, { delay: 4 });
    for (const line of others) {
      await keyboard.press("Shift+Enter");
      await keyboard.type(line, { delay: 4 });
    }
  }

  /** Sends what stands in the composer; resolves as soon as the model was asked. */
  async send(kind, intent) {
    if (this.current) this.note("follow-up", "followed_up", intent ? { intent } : {});
    return this.#request(kind, () => this.page.keyboard.press("Enter"));
  }

  /** Waits until the answer stands there whole, and reads it. */
  async hear(said) {
    await expect(this.answer()).toContainText(said.end);
    // A slow page draws it long after it was said.
    said.seenAt = Date.now();
    await this.read();
  }

  async read() {
    await this.answer().hover();
    await this.page.mouse.wheel(0, 200);
    await this.page.waitForTimeout(READ_MS);
  }

  /** Drags the mouse over the first paragraph; resolves with what is selected. */
  async select() {
    const paragraph = this.chat.paragraph?.(this.answer()) ?? this.answer().locator("p").first();
    await paragraph.scrollIntoViewIfNeeded();
    const box = await paragraph.boundingBox();
    const at = Date.now();
    await this.page.mouse.move(box.x + 1, box.y + 5);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + box.width - 2, box.y + box.height - 4, { steps: 6 });
    await this.page.mouse.up();
    const text = await this.page.evaluate(() => getSelection().toString());
    expect(dense(text).length).toBeGreaterThan(20);
    const share = dense(text).length / dense(this.current.plain).length;
    this.note("select", "selected", { share }, { at });
    // A hand takes a moment from the mouse to the keys.
    await this.page.waitForTimeout(HAND_MS);
    return { text, share };
  }

  async copySelection() {
    const { text, share } = await this.select();
    this.note("copy: selection", "copied", { via: "selection", share });
    await this.page.keyboard.press("Control+c");
    await this.#clipboard((copied) => dense(copied) === dense(text));
    return share;
  }

  async copy() {
    await this.press("copy", "copy: button", "copied", { via: "button", share: 1 });
    await this.#clipboard((text) => text.includes(this.current.end));
  }

  async copyCode() {
    const share = dense(this.current.code).length / dense(this.current.plain).length;
    await this.press("code", "copy: code", "copied", { via: "code", share });
    await this.#clipboard((text) => text.trim() === this.current.code);
  }

  /** Pastes what was copied of the current answer into the composer, and asks about it. */
  async quote(share, prompt, kind) {
    await this.composer().click();
    this.note("paste", "pasted", { share });
    await this.page.keyboard.press("Control+v");
    await this.#write(` ${prompt}`);
    const said = await this.send(kind);
    await this.hear(said);
  }

  async rate(value) {
    await this.press(value > 0 ? "up" : "down", value > 0 ? "rate: up" : "rate: down", "rated", { value });
  }

  async regenerate(kind) {
    const before = this.current;
    const said = await this.#request(kind, async () => {
      await this.press("regenerate", "regenerate", "regenerated");
      await this.chat.again?.(this.page).click();
    });
    said.replaces = before.n;
    await this.hear(said);
  }

  /** To another version of the answer, which must appear. */
  async turnTo(control, said) {
    const from = this.current;
    this.current = said;
    await this.press(control, "branch", "switched", { from: from.n, to: said.n });
    await expect(this.answer()).toContainText(said.end);
    await this.read();
  }

  /** Has enough of a long answer; the page must have cut it short. */
  async stop(prompt) {
    const said = await this.askFor(prompt, "long");
    await expect.poll(async () => (await this.answer().innerText()).length).toBeGreaterThan(HEARD_CHARS);
    await expect(this.answer()).toContainText(said.first.slice(0, 30));
    await this.press("stop", "stop", "stopped");
    await expect.poll(() => said.cut, "the click reached the page").toBe(true);
    await this.page.waitForTimeout(READ_MS);
    await expect(this.answer()).not.toContainText(said.end);
    said.heard = await this.answer().innerText();
  }

  /** Asks an earlier question differently, in its own place on the page. */
  async amend({ open, field, save }, more, kind) {
    const { page } = this;
    await open(page);
    await field(page).press("Control+End");
    await this.#write(more);
    // Whether that is a follow-up is the reader's to say.
    this.note("follow-up", "followed_up", {}, { optional: true });
    await this.hear(await this.#request(kind, () => save(page).click()));
  }

  /** Leaves for a conversation in which nothing was said yet. */
  async startAnew() {
    await this.chat.conversations.fresh(this.page);
    this.left = this.current;
    this.current = null;
    this.conversation += 1;
    await this.page.waitForTimeout(READ_MS);
  }

  /** Back to the conversation that was left. */
  async goBack() {
    await this.chat.conversations.back(this.page);
    this.current = this.left;
    this.conversation -= 1;
    await expect(this.answer()).toContainText(this.current.end);
    await this.read();
  }

  async leave() {
    await this.page.goto("about:blank");
  }

  /** Clicks a control of the current answer. */
  async press(control, ...noted) {
    await this.answer().hover();
    const button = this.chat.controls[control](this.page, this.answer());
    await expect(button).toBeVisible();
    this.note(...noted);
    if (!this.byKeyboard) return button.click();
    await button.focus();
    await this.page.keyboard.press("Enter");
  }

  note(act, kind, want = {}, { at = Date.now(), optional = false } = {}) {
    this.acts.push({ act, kind, answer: this.current?.n, at, want, optional });
  }

  async #request(kind, doing) {
    this.model.next = kind;
    const asked = this.model.asked();
    await doing();
    const said = await Promise.race([asked, delay(PATIENCE_MS, null, { ref: false })]);
    if (!said) throw new Error("the model was not asked");
    said.conversation = this.conversation;
    return (this.current = said);
  }

  /** What is copied must have been: an act that did not happen is no truth. */
  async #clipboard(accept) {
    await expect.poll(async () => accept(await this.page.evaluate(() => navigator.clipboard.readText()))).toBe(true);
  }
}

/** Characters that are no white space. */
export function dense(text) {
  return text.replaceAll(/\s/g, "");
}
