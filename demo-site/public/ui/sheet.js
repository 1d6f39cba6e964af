// What the document is written on: a text area that takes plain text, or a rich text editor.

import { tokensOf } from "../markdown.js";
import { plainText } from "../plain-text.js";
import { current } from "./interfaces.js";
import { richEditor } from "./rich.js";

/** `{ scroller, text(), append(markdown), changed(listener) }` in the place of `textarea`. */
export async function sheetFor(textarea) {
  return current === "rich" ? richSheet(textarea) : plainSheet(textarea);
}

function plainSheet(textarea) {
  const listeners = [];
  textarea.addEventListener("input", () => listeners.forEach((listener) => listener()));
  return {
    scroller: textarea,
    text: () => textarea.value,
    append(markdown) {
      const before = textarea.value.trimEnd();
      const text = plainText(tokensOf(markdown));
      textarea.value = before === "" ? text : `${before}\n\n${text}`;
      listeners.forEach((listener) => listener());
    },
    changed: (listener) => listeners.push(listener),
  };
}

async function richSheet(textarea) {
  const { ariaLabel: label, placeholder, dataset } = textarea;
  const place = document.createElement("div");
  place.className = "sheet rich";
  textarea.replaceWith(place);
  const editor = await richEditor(place, { label, placeholder });
  Object.assign(editor.root.dataset, { testid: dataset.testid });
  return { scroller: editor.root, text: () => editor.text, append: editor.append, changed: editor.changed };
}
