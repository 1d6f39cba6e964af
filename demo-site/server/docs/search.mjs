// What is searched: a page's text in passages, each with the heading it stands under.

import { Marked } from "marked";
import { plain } from "./contents.mjs";

const marked = new Marked({ gfm: true });

/** `[{ id, page, heading, text }]`; `id` is the address of the passage. */
export function passagesOf({ href, title, markdown, headings }) {
  const passages = [];
  let at = -1;
  for (const token of marked.lexer(markdown)) {
    if (token.type === "heading") {
      at += 1;
      const { id, text } = headings[at];
      // The first heading is the page's own.
      const place = at === 0 ? { id: href, heading: "" } : { id: `${href}#${id}`, heading: text };
      passages.push({ ...place, page: title, text: "" });
    } else if (passages.length > 0) {
      passages.at(-1).text += `${textOf(token)} `;
    }
  }
  return passages;
}

function textOf(token) {
  if (token.type === "table") {
    const cells = [...token.header, ...token.rows.flat()];
    return cells.map(({ tokens }) => plain(tokens)).join(" ");
  }
  if (token.type === "list") return token.items.map(({ tokens }) => tokens.map(textOf).join(" ")).join(" ");
  return token.tokens ? plain(token.tokens) : (token.text ?? "");
}
