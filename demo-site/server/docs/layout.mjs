// The frame around every page of the documentation. It works without a script: only the search,
// the copy buttons and the switch of themes need one.

import { escape } from "../escape.mjs";

const icon = (name) => `<svg class="icon" aria-hidden="true"><use href="/icons.svg#${name}"/></svg>`;

/** `page`: `{ name, title, html, headings?, before?, after? }`. */
export function layout(page, sections) {
  const isStart = page.name === "";
  const title = isStart ? "Tacit documentation" : `${page.title} · Tacit`;
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${escape(title)}</title>
  <link rel="icon" href="/favicon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/styles/base.css">
  <link rel="stylesheet" href="/docs/styles/docs.css">
  <link rel="stylesheet" href="/docs/styles/text.css">
  <script type="module" src="/docs/scripts/docs.js"></script>
</head>
<body class="docs">
  <a class="skip-link" href="#content">Skip to the text</a>
  <header class="top">
    <a class="wordmark" href="/docs/">${icon("mark")}<span>Tacit</span> <span class="muted">docs</span></a>
    <button type="button" class="button needs-script" id="open-search" aria-label="Search" aria-keyshortcuts="/">${icon("search")}<span>Search</span><kbd>/</kbd></button>
    <a class="button" href="/">Demo</a>
    <button type="button" class="icon-button needs-script" id="toggle-theme" aria-label="Dark theme" aria-pressed="false">${icon("contrast")}</button>
  </header>
  <div class="columns">
    <nav class="menu" aria-label="Pages">${menu(sections, page.name)}</nav>
    <details class="drawer">
      <summary>${icon("menu")} Pages</summary>
      <nav aria-label="Pages">${menu(sections, page.name)}</nav>
    </details>
    <main id="content" tabindex="-1">
      <article class="text">${page.html}</article>
      ${neighbours(page)}
    </main>
    ${outline(page.headings ?? [])}
  </div>
  <dialog id="search" aria-label="Search the documentation">
    <input type="search" id="query" placeholder="Search the documentation" aria-label="Search the documentation" autocomplete="off" spellcheck="false" role="combobox" aria-expanded="false" aria-controls="results">
    <ul id="results" role="listbox" aria-label="Results"></ul>
    <p class="muted" id="search-state" role="status"></p>
  </dialog>
</body>
</html>
`;
}

function menu(sections, current) {
  return sections
    .map(({ title, pages }) => {
      const items = pages.map(({ name, title }) => {
        const here = name === current ? ' aria-current="page"' : "";
        return `<li><a href="/docs/${name}"${here}>${escape(title)}</a></li>`;
      });
      return `<h2>${escape(title)}</h2><ul>${items.join("")}</ul>`;
    })
    .join("");
}

/** The headings of a page that has several. */
function outline(headings) {
  const inner = headings.filter(({ depth }) => depth === 2 || depth === 3);
  if (inner.length < 2) return '<div class="outline"></div>';
  const items = inner.map(({ depth, id, text }) => `<li class="depth-${depth}"><a href="#${escape(id)}">${escape(text)}</a></li>`);
  return `<nav class="outline" aria-label="On this page"><h2>On this page</h2><ul>${items.join("")}</ul></nav>`;
}

function neighbours({ before, after }) {
  const link = (page, rel, words) =>
    page ? `<a rel="${rel}" href="/docs/${page.name}"><span class="muted">${words}</span>${escape(page.title)}</a>` : "<span></span>";
  if (!before && !after) return "";
  return `<nav class="neighbours" aria-label="Next pages">${link(before, "prev", "Before")}${link(after, "next", "Next")}</nav>`;
}
