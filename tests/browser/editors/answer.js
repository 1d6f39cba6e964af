// The answer that is edited, in the forms that chats seed their editors with.

export const markdown = `The sky is blue today, and the **wind** is light.

Tomorrow brings rain from the west:

- take a coat
- take an \`umbrella\`

\`\`\`
rain(10);
\`\`\``;

/** As much of Markdown as answers on these pages use. */
export function html(markdown) {
  const inline = (text) =>
    text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replace(/\*\*(.+?)\*\*/g, "<strong>$1</strong>")
      .replace(/`(.+?)`/g, "<code>$1</code>");
  const block = (text) => {
    if (text.startsWith("```")) return `<pre><code>${text.slice(4, -4)}</code></pre>`;
    if (!text.startsWith("- ")) return `<p>${inline(text).replaceAll("\n", "<br>")}</p>`;
    const items = text.split("\n").map((item) => `<li><p>${inline(item.slice(2))}</p></li>`);
    return `<ul>${items.join("")}</ul>`;
  };
  return markdown.split("\n\n").map(block).join("");
}

/** What a reader sees, a line a block. */
export const plain = (markdown) => markdown.replaceAll(/^```\n?|\n?```$|\*\*|`|^- /gm, "").replaceAll("\n\n", "\n");

/** A text of so many lines, no two alike. */
export const lines = (count) => Array.from({ length: count }, (_, n) => `Step ${n + 1}: ${n * n} parts go into box ${(n * 7919) % 10007}.`).join("\n");
