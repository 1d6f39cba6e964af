// A block of code with its header. The language is drawn by CSS, so that the text of the answer is
// the answer and nothing else, for people who select it and for whoever measures it.

import { copyWithFeedback } from "./clipboard.js";
import { h, iconButton } from "./dom.js";
import { forgetHighlights, highlight } from "./highlight.js";

export function codeBlock(language) {
  const code = h("code");
  const copy = iconButton("copy", "Copy code", () => copyWithFeedback(copy, code.textContent));
  const header = h("div", { class: "code-header", "data-language": language || "text" }, copy);
  return {
    element: h("div", { class: "code-block" }, header, h("pre", {}, code)),
    update(text) {
      code.textContent = text;
      highlight(code, language);
    },
    forget: () => forgetHighlights(code),
  };
}
