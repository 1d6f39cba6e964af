// The order of the documentation: docs/README.md is its table of contents, in sections of tables
// whose first cell links a page and whose second says what it answers.

import { Marked } from "marked";
import { fileOf, FOLDER, pageOfFile } from "./links.mjs";

/** `[{ title, pages: [{ name, title, about }] }]` of the Markdown of docs/README.md. */
export function contentsOf(markdown) {
  const sections = [];
  for (const token of new Marked({ gfm: true }).lexer(markdown)) {
    if (token.type === "heading" && token.depth === 2) sections.push({ title: token.text, pages: [] });
    if (token.type === "table" && sections.length > 0) sections.at(-1).pages.push(...token.rows.map(pageOf));
  }
  return sections;
}

function pageOf([first, about]) {
  const link = first.tokens.find(({ type }) => type === "link");
  const name = link && pageOfFile(fileOf(link.href, `${FOLDER}/README.md`) ?? "");
  if (!name) throw new Error(`docs/README.md: no link to a page in: ${first.text}`);
  return { name, title: link.text, about: plain(about.tokens) };
}

/** What a reader sees of inline Markdown. */
export function plain(tokens) {
  return tokens.map((token) => (token.tokens ? plain(token.tokens) : (token.text ?? ""))).join("");
}
