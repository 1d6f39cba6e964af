// Answers edited in editors that other people wrote, read back from a real
// collector: exactly what was typed and deleted, and nothing twice.

import { expect, test as base } from "./house.mjs";
import { html, markdown, plain } from "./editors/answer.js";
import { serveEditors } from "./editors.mjs";
import { similarity } from "./similarity.mjs";

const test = base.extend({
  desk: async ({ page, context, house }, use) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const site = await serveEditors(house);
    const desk = new Desk(page, house, site);
    await use(desk);
    expect(desk.complaints).toEqual([]);
    await site.close();
  },
});

/** Somebody at that chat. */
class Desk {
  constructor(page, house, site) {
    Object.assign(this, { page, house, site, complaints: [] });
    page.on("pageerror", (error) => this.complaints.push(error.message));
  }

  /** Opens the page and waits until the answers on it are known. */
  async visit(script, query) {
    await this.page.goto(this.site.url(script, query));
    await this.house.signals("o-1", "shown");
  }

  press(name) {
    return this.page.getByRole("button", { name, exact: true }).first().click();
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

  /** The edit that counts: `last`, once as many were told. */
  async edited(count = 1, id = "o-1") {
    return (await this.house.signals(id, "edited", count)).at(-1);
  }

  /** As soon as the last edit of `id` is `expected`. */
  async expectEdited(expected, id = "o-1") {
    await expect
      .poll(async () => (await this.house.find(id))?.signals.filter(({ kind }) => kind === "edited").at(-1))
      .toMatchObject(expected);
  }
}

/** How each is opened, and the text in it. */
const EDITORS = {
  textarea: ["fields", { kind: "textarea" }, markdown],
  "textarea without Markdown": ["fields", { kind: "textarea", seed: "plain" }, plain(markdown)],
  "textarea that is made anew on each change": ["fields", { kind: "replaced" }, markdown],
  contenteditable: ["fields", { kind: "contenteditable" }, plain(markdown)],
  TipTap: ["tiptap", {}, plain(markdown)],
  Lexical: ["lexical", {}, plain(markdown)],
  CodeMirror: ["codemirror", {}, markdown],
  Quill: ["quill", {}, plain(markdown)],
};

for (const [name, [script, query, before]] of Object.entries(EDITORS)) {
  test(`${name}: what was typed and deleted, to the character`, async ({ desk }) => {
    await desk.visit(script, query);
    await desk.press("Edit");
    await desk.toTheMiddle();
    await desk.type("very ");
    await desk.keys(...Array(5).fill("Delete"));
    const after = before.replace("is blue ", "is very ");
    const facts = {
      chars_before: before.length,
      chars_after: after.length,
      inserted: 5,
      deleted: 5,
      survival: similarity(before, after),
    };
    await desk.expectEdited({ ...facts, final: false });
    // Undone before it is saved.
    await desk.keys("Delete", "Control+z");
    await desk.press("Save");
    await desk.expectEdited({ ...facts, final: true });
  });

  test(`${name}: a new line is a character, and undoing all of it is no edit`, async ({ desk }) => {
    await desk.visit(script, query);
    await desk.press("Edit");
    await desk.toTheMiddle();
    await desk.keys("Enter", "Enter");
    await desk.expectEdited({ inserted: 2, deleted: 0, final: false });
    await desk.keys(...Array(4).fill("Control+z"));
    await desk.press("Save");
    await desk.expectEdited({ inserted: 0, deleted: 0, survival: 1, final: true });
  });

  test(`${name}: an edit that is given up is taken back`, async ({ desk }) => {
    await desk.visit(script, query);
    await desk.press("Edit");
    await desk.toTheMiddle();
    await desk.type("very ");
    await desk.expectEdited({ inserted: 5 });
    await desk.press("Cancel");
    await desk.expectEdited({ inserted: 0, deleted: 0, survival: 1 });
  });
}
