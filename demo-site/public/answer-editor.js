// Edit in place: a textarea with the answer's Markdown, where the answer was.

import { h } from "./dom.js";

export class AnswerEditor {
  #textarea;

  constructor(version, heightPx, { save, cancel }) {
    this.version = version;
    const finish = () => save(this.#textarea.value);
    this.#textarea = h("textarea", { class: "edit-area", "aria-label": "Edit answer", spellcheck: "false" });
    this.#textarea.value = version.text;
    this.#textarea.style.minHeight = `${heightPx}px`; // so that the page below stays where it is
    this.#textarea.addEventListener("keydown", (event) => {
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
      h("span", { class: "hint" }, "Markdown"),
      h("button", { type: "button", class: "button", onclick: cancel }, "Cancel"),
      h("button", { type: "button", class: "button primary", onclick: finish }, "Save"),
    );
    this.element = h("div", { class: "answer-editor" }, this.#textarea, buttons);
  }

  focus() {
    this.#textarea.focus({ preventScroll: true });
    this.#textarea.setSelectionRange(0, 0);
  }
}
