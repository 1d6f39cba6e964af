// The browser's own editors.

import { html, plain } from "./answer.js";
import { chat, element } from "./chat.js";

const query = new URLSearchParams(location.search);

/** Seeded as an app does that keeps the Markdown, or only has what is rendered. */
const seed = (markdown) => (query.get("seed") === "plain" ? plain(markdown) : markdown);

const shared = element("textarea", { rows: 12, cols: 70 });

const editors = {
  textarea(place, markdown) {
    const field = element("textarea", { rows: 12, cols: 70 });
    const reuse = (markdown) => {
      field.value = seed(markdown);
      field.focus();
    };
    place.append(field);
    reuse(markdown);
    const insert = (markdown) => {
      field.setRangeText(`\n\n${seed(markdown)}`, field.value.length, field.value.length, "end");
      field.focus();
    };
    return { value: () => field.value, close() {}, reuse, insert };
  },

  /** One field for all answers. */
  shared(place, markdown) {
    shared.value = seed(markdown);
    place.append(shared);
    shared.focus();
    return { value: () => shared.value, close() {} };
  },

  input(place, markdown) {
    const field = element("input", { value: seed(markdown), size: 80 });
    place.append(field);
    field.focus();
    return { value: () => field.value, close() {} };
  },

  contenteditable(place, markdown) {
    const region = element("div", { contentEditable: "true", innerHTML: html(markdown) });
    place.append(region);
    region.focus();
    return { value: () => region.innerText, close() {} };
  },

  /** A framework that makes the field anew whenever its value changes. */
  replaced(place, markdown) {
    let value = seed(markdown);
    const draw = (caret) => {
      const field = element("textarea", { rows: 12, cols: 70, value });
      field.oninput = () => {
        value = field.value;
        draw(field.selectionStart);
      };
      place.replaceChildren(field);
      field.focus();
      field.setSelectionRange(caret, caret);
    };
    draw(0);
    return { value: () => value, close() {} };
  },
};

chat(editors[query.get("kind")]);
