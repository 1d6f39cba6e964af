// Answers edited in editors that other people wrote, read back from a real
// collector: exactly what was typed and deleted, and nothing twice.

import { expect, test } from "./desk.mjs";
import { markdown, plain } from "./editors/answer.js";
import { facts } from "./edits.mjs";

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

for (const [name, [script, query, first]] of Object.entries(EDITORS)) {
  test(`${name}: typed, deleted, undone, saved, given up`, async ({ desk }) => {
    // A field that is made anew has forgotten what was done in it.
    const canUndo = query.kind !== "replaced";
    await desk.visit(script, query);

    await desk.press("Edit");
    await desk.toTheMiddle();
    await desk.type("soft");
    await desk.keys(...Array(4).fill("Delete"));
    const edit = facts(first, first.replace("is blue ", "is soft "));
    expect(edit).toMatchObject({ inserted: 4, deleted: 4 });
    await desk.expectEdited({ ...edit, final: false });
    // A move of the caret ends what the first undo takes back.
    if (canUndo) await desk.keys("ArrowRight", "ArrowLeft", "Delete", "Control+z");
    await desk.press("Save");
    await desk.expectEdited({ ...edit, final: true });

    await desk.press("Edit", 1);
    await desk.toTheMiddle();
    await desk.keys("Enter", "Enter");
    await desk.expectEdited({ inserted: 2, deleted: 0, final: false }, "o-2");
    await desk.keys(...Array(canUndo ? 4 : 2).fill(canUndo ? "Control+z" : "Backspace"));
    await desk.press("Save");
    await desk.expectEdited({ inserted: 0, deleted: 0, survival: 1, final: true }, "o-2");

    await desk.press("Edit", 2);
    await desk.toTheMiddle();
    await desk.type("very ");
    await desk.expectEdited({ inserted: 5, deleted: 0 }, "o-3");
    await desk.press("Cancel");
    await desk.expectEdited({ inserted: 0, deleted: 0, survival: 1 }, "o-3");
    await desk.expectEdited(edit);
  });
}
