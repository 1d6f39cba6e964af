// Markdown as plain text, for a document that knows no formatting: what a reader would type down.
// Works on the renderer's tokens, so the two can never disagree about what is a list.

export function plainText(tokens) {
  return tokens.map(blockText).filter(Boolean).join("\n\n");
}

function blockText(token) {
  switch (token.type) {
    case "space":
    case "hr":
    case "html":
      return "";
    case "code":
      return token.text;
    case "list":
      return token.items.map((item, index) => itemText(token, item, index)).join("\n");
    case "table":
      return [token.header, ...token.rows].map(rowText).join("\n");
    case "blockquote":
      return plainText(token.tokens);
    default:
      return inlineText(token);
  }
}

function itemText(list, item, index) {
  const mark = list.ordered ? `${Number(list.start || 1) + index}.` : "•";
  const box = item.task ? (item.checked ? "☑ " : "☐ ") : "";
  const text = plainText(item.tokens.filter(({ type }) => type !== "checkbox"));
  return `${mark} ${box}${text.replaceAll(/\n+/g, "\n  ")}`;
}

const rowText = (cells) => cells.map((cell) => inlineText(cell)).join(" | ");

function inlineText(token) {
  if (token.type === "br") return "\n";
  if (token.tokens) return token.tokens.map(inlineText).join("");
  return unescape(token.text ?? token.raw ?? "");
}

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };
const unescape = (text) => text.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity]);
