// One page of Markdown as HTML: its headings, its links, its code.

import hljs from "highlight.js";
import { Marked } from "marked";
import { getHeadingList, gfmHeadingId } from "marked-gfm-heading-id";
import { escape } from "../escape.mjs";
import { placeOf } from "./links.mjs";

/** Fences whose language has another name, or none, in the highlighter. */
const LANGUAGES = { caddy: "nginx", console: "plaintext", cron: "plaintext", csp: "plaintext", formula: "plaintext", jsx: "javascript", toml: "ini", ts: "typescript", vue: "xml", svelte: "xml", text: "plaintext" };

/** `{ title, html, headings: [{ depth, id, text }] }`. `from` is the page's path in the repository. */
export function render(markdown, from) {
  const marked = new Marked({ gfm: true }, gfmHeadingId(), { renderer: renderer(from) });
  const html = anchored(marked.parse(markdown));
  const headings = getHeadingList().map(({ level, id, text }) => ({ depth: level, id, text: textOf(text) }));
  return { title: headings[0]?.text ?? "", html, headings };
}

/** A heading below the page's own can be linked to. */
function anchored(html) {
  return html.replaceAll(/(<h[234] id="([^"]+)">)(.*?)(<\/h[234]>)/g, (_, open, id, words, close) => {
    return `${open}${words}<a class="anchor" href="#${id}" aria-label="Link to this section">#</a>${close}`;
  });
}

function renderer(from) {
  return {
    code({ text, lang = "" }) {
      // ```jsx src/main.jsx``` names the file it would be.
      const [language, file = ""] = lang.split(" ");
      const label = file || language;
      const caption = label ? `<figcaption>${escape(label)}</figcaption>` : "";
      return `<figure class="code">${caption}<pre tabindex="0"><code>${highlighted(text, language)}</code></pre></figure>\n`;
    },
    link({ href, title, tokens }) {
      const attributes = title ? ` title="${escape(title)}"` : "";
      return `<a href="${escape(placeOf(href, from))}"${attributes}>${this.parser.parseInline(tokens)}</a>`;
    },
    image({ href, text }) {
      return `<img src="${escape(placeOf(href, from))}" alt="${escape(text)}" loading="lazy">`;
    },
    html({ text }) {
      return text.replaceAll(/ (src|href)="([^"]+)"/g, (_, name, href) => ` ${name}="${placeOf(href, from)}"`);
    },
    table(token) {
      const titles = token.header.map(({ tokens }) => textOf(this.parser.parseInline(tokens)));
      const cell = (tag) => (it, column) => {
        const align = it.align ? ` class="${it.align}"` : "";
        // At a phone it stands before the cell.
        const title = tag === "td" && column > 0 && titles[column] ? ` data-title="${escape(titles[column])}"` : "";
        // A head without a word is none, for whoever has it read out.
        const name = tag === "th" && it.text === "" ? "td" : tag;
        return `<${name}${align}${title}>${this.parser.parseInline(it.tokens)}</${name}>`;
      };
      const row = (cells, tag) => `<tr>${cells.map(cell(tag)).join("")}</tr>`;
      // Some tables are lists of pairs: a head that says nothing is none.
      const named = token.header.some(({ text }) => text !== "");
      const head = named ? `<thead>${row(token.header, "th")}</thead>` : "";
      const body = token.rows.map((cells) => row(cells, "td")).join("");
      return `<div class="table" tabindex="0"><table${token.header.length > 2 ? ' class="stacks"' : ""}>${head}<tbody>${body}</tbody></table></div>\n`;
    },
  };
}

function highlighted(text, language) {
  const known = LANGUAGES[language] ?? language;
  return hljs.getLanguage(known) ? hljs.highlight(text, { language: known }).value : escape(text);
}

/** Without the tags and entities that a heading's Markdown became. */
function textOf(html) {
  const entities = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
  return html.replaceAll(/<[^>]*>/g, "").replaceAll(/&([a-z]+|#39);/g, (all, name) => entities[name] ?? all);
}
