// Markdown to DOM, block by block. While an answer streams only its last block changes, so blocks
// that are complete keep their elements: a selection in them survives, and nothing flickers.

import DOMPurify from "/vendor/dompurify.js";
import { Marked } from "/vendor/marked.js";
import { codeBlock } from "./code-block.js";
import { h } from "./dom.js";

const marked = new Marked({ gfm: true });

export const tokensOf = (markdown) => marked.lexer(markdown);

export class MarkdownView {
  #root;
  #blocks = []; // { token, nodes, code? }

  constructor(root) {
    this.#root = root;
  }

  render(markdown) {
    const tokens = tokensOf(markdown).filter((token) => token.type !== "space");
    const blocks = this.#blocks;
    let same = 0;
    while (same < blocks.length && blocks[same].token.raw === tokens[same]?.raw) same += 1;
    if (grows(blocks[same]?.token, tokens[same])) {
      blocks[same].code.update(tokens[same].text);
      blocks[same].token = tokens[same];
      same += 1;
    }
    blocks.splice(same).forEach(remove);
    for (const token of tokens.slice(same)) {
      const block = draw(token);
      this.#root.append(...block.nodes);
      blocks.push(block);
    }
  }
}

const grows = (before, after) =>
  before?.type === "code" && after?.type === "code" && before.lang === after.lang;

function remove({ nodes, code }) {
  code?.forget();
  nodes.forEach((node) => node.remove());
}

function draw(token) {
  if (token.type !== "code") return { token, nodes: nodesOf(marked.parser([token])) };
  const code = codeBlock(token.lang ?? "");
  code.update(token.text);
  return { token, nodes: [code.element], code };
}

function nodesOf(html) {
  const fragment = DOMPurify.sanitize(html, { RETURN_DOM_FRAGMENT: true });
  for (const link of fragment.querySelectorAll("a[href]")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  }
  for (const table of fragment.querySelectorAll("table")) {
    const frame = h("div", { class: "table-frame" });
    table.replaceWith(frame);
    frame.append(table);
  }
  return [...fragment.childNodes].filter(({ nodeType }) => nodeType !== Node.COMMENT_NODE);
}
