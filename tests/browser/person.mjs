// Somebody at the demo's chat, with a mouse and a keyboard.

import { expect } from "@playwright/test";

/** Longer than a text must stand still to be settled. */
const SETTLED_MS = 1_200;

export class Person {
  constructor(page) {
    this.page = page;
    this.requests = [];
    this.complaints = [];
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("request", (request) => {
      if (request.method() === "POST" && request.url().endsWith("/c")) this.requests.push(request);
    });
  }

  async visit(url) {
    await this.page.goto(url);
    await expect(this.page.locator("#capture-state")).toHaveText("watching");
  }

  /** Asks, waits for the answer and a moment longer; resolves with the output's id. */
  async ask(prompt) {
    await this.askAndWait(prompt);
    await this.rest();
    return this.outputId();
  }

  /** Asks, and waits until the answer is whole, but not until it has settled. */
  async askAndWait(prompt) {
    const answers = this.page.locator('article[data-state="done"]');
    const before = await answers.count();
    await this.button("Message", "textbox").fill(prompt);
    await this.page.keyboard.press("Enter");
    await expect(answers).toHaveCount(before + 1);
  }

  /** Asks for another answer; resolves with the new output's id. */
  async regenerate() {
    const before = await this.outputId();
    await this.button("Regenerate").last().click();
    await expect(this.output()).not.toHaveAttribute("data-ai-output", before);
    await expect(this.page.locator("article").last()).toHaveAttribute("data-state", "done");
    await this.rest();
    return this.outputId();
  }

  button(name, role = "button") {
    return this.page.getByRole(role, { name, exact: true });
  }

  /** Clicks a button of the last answer. */
  async press(name) {
    await this.button(name).last().click();
  }

  output() {
    return this.page.locator("[data-ai-output]").last();
  }

  outputId() {
    return this.output().getAttribute("data-ai-output");
  }

  /** The answer's text as a reader sees it. */
  text() {
    return this.output().innerText();
  }

  /** Drags the mouse over the first paragraph and copies by keyboard; resolves with the text. */
  async copyFirstParagraph() {
    const paragraph = this.output().locator("p").first();
    const box = await paragraph.boundingBox();
    await this.page.mouse.move(box.x + 1, box.y + 8);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + box.width - 2, box.y + box.height - 8, { steps: 8 });
    await this.page.mouse.up();
    const selected = await this.page.evaluate(() => getSelection().toString());
    await this.page.keyboard.press("Control+c");
    return selected;
  }

  /** Opens the answer's editor, changes the text as `type` does, and saves. */
  async edit(type) {
    await this.press("Edit");
    const editor = this.button("Edit answer", "textbox");
    await editor.click();
    await editsAreFollowed(this.page);
    await type(this.page.keyboard, editor);
    const text = await editor.inputValue();
    await this.press("Save");
    return text;
  }

  async rest(ms = SETTLED_MS) {
    await this.page.waitForTimeout(ms);
  }
}

/**
 * Resolves when the part is there that follows edits, which comes with the first editor: nobody
 * edits and leaves before, but a test on a busy machine.
 */
export async function editsAreFollowed(page) {
  await page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name, responseEnd }) => name.includes("texts.wasm") && responseEnd > 0));
}
