// The document beside the chat: plain text, as in any editor an answer may end up in.

import { byId } from "./dom.js";
import { tokensOf } from "./markdown.js";
import { announce, notice } from "./notice.js";
import { plainText } from "./plain-text.js";

export class DocumentEditor {
  #editor = byId("document-editor");
  #reveal;

  /** `reveal` opens the panel where there is room for it, and says whether there was. */
  constructor({ reveal }) {
    this.#reveal = reveal;
    this.#editor.addEventListener("input", () => this.#count());
  }

  append(markdown) {
    const before = this.#editor.value.trimEnd();
    const text = plainText(tokensOf(markdown));
    this.#editor.value = before === "" ? text : `${before}\n\n${text}`;
    this.#count();
    const seen = this.#reveal();
    this.#editor.scrollTop = this.#editor.scrollHeight;
    (seen ? announce : notice)("Inserted into the document");
  }

  #count() {
    const words = this.#editor.value.match(/\S+/g)?.length ?? 0;
    byId("word-count").textContent = `${words} ${words === 1 ? "word" : "words"}`;
  }
}
