// Edit in place, where the answer was: its Markdown in a text area, or a rich text editor.

import { h } from "./dom.js";
import { current } from "./ui/interfaces.js";
import { richEditor } from "./ui/rich.js";

const LABEL = "Edit answer";

export class AnswerEditor {
  #place;

  constructor(version, heightPx, { save, cancel }) {
    this.version = version;
    this.#place = current === "rich" ? richPlace(version.text) : textPlace(version.text);
    const finish = () => save(this.#place.text());
    const { element } = this.#place;
    element.style.minHeight = `${heightPx}px`; // so that the page below stays where it is
    element.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) finish();
      if (event.key === "Escape") {
        event.stopPropagation();
        cancel();
      }
    });
    const buttons = h(
      "div",
      { class: "edit-buttons" },
      h("span", { class: "hint" }, this.#place.hint),
      h("button", { type: "button", class: "button", onclick: cancel }, "Cancel"),
      h("button", { type: "button", class: "button primary", onclick: finish }, "Save"),
    );
    this.element = h("div", { class: "answer-editor" }, element, buttons);
  }

  focus() {
    this.#place.focus();
  }
}

function textPlace(text) {
  const element = h("textarea", { class: "edit-area", "aria-label": LABEL, spellcheck: "false" });
  element.value = text;
  return {
    element,
    hint: "Markdown",
    text: () => element.value,
    focus() {
      element.focus({ preventScroll: true });
      element.setSelectionRange(0, 0);
    },
  };
}

/** Until the editor is there, the text is what it was. */
function richPlace(text) {
  const frame = h("div");
  const element = h("div", { class: "edit-area rich" }, frame);
  let editor;
  const ready = richEditor(frame, { label: LABEL }).then((made) => {
    editor = made;
    editor.markdown = text;
  });
  return {
    element,
    hint: "Rich text",
    text: () => editor?.markdown ?? text,
    focus: () => ready.then(() => editor.focus()),
  };
}
