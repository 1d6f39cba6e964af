// The document beside the chat, as any editor an answer may end up in.

import { byId } from "./dom.js";
import { announce, notice } from "./notice.js";
import { sheetFor } from "./ui/sheet.js";

export class DocumentEditor {
  #sheet = sheetFor(byId("document-editor"));
  #reveal;

  /** `reveal` opens the panel where there is room for it, and says whether there was. */
  constructor({ reveal }) {
    this.#reveal = reveal;
    this.#sheet.then((sheet) => sheet.changed(() => count(sheet)));
  }

  async append(markdown) {
    const sheet = await this.#sheet;
    sheet.append(markdown);
    const seen = this.#reveal();
    sheet.scroller.scrollTop = sheet.scroller.scrollHeight;
    (seen ? announce : notice)("Inserted into the document");
  }
}

function count(sheet) {
  const words = sheet.text().match(/\S+/g)?.length ?? 0;
  byId("word-count").textContent = `${words} ${words === 1 ? "word" : "words"}`;
}
