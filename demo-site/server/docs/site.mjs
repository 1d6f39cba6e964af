// The documentation below /docs/. Everything is made when it is first asked for and kept.

import { extname } from "node:path";
import { escape } from "../escape.mjs";
import { fileOfFolder, filesOfFolder, readLibrary } from "./library.mjs";
import { layout } from "./layout.mjs";
import { placeOf } from "./links.mjs";
import { render } from "./render.mjs";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
};

/** Reports stand alone: their styles are in them, and nothing else may be. */
const REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

let shelf = null;

/** Answers what lies below /docs/ and says so, or leaves it to the next. */
export function docs(req, res, path) {
  if (path === "/docs") return redirect(res, "/docs/");
  if (!path.startsWith("/docs/")) return false;
  shelf ??= shelve(readLibrary());
  const name = decoded(path.slice("/docs/".length));
  const found = shelf.get(name);
  if (!found) return name.endsWith(".md") && redirect(res, `/docs/${name.slice(0, -".md".length).replace(/^README$/, "")}`);
  const { type, body, headers } = found();
  res.writeHead(200, { "content-type": type, "content-length": Buffer.byteLength(body), "cache-control": "no-cache", ...headers });
  res.end(req.method === "HEAD" ? undefined : body);
  return true;
}

/** What there is, by its name below /docs/. */
function shelve({ sections, start, pages, sources, passages }) {
  const html = (page) => once(() => ({ type: TYPES[".html"], body: layout(page, sections) }));
  return new Map([
    ...filesOfFolder().map((name) => [name, () => file(name)]),
    ...[...sources].map(([path, text]) => [`source/${path}`, isPicture(path) ? () => ({ type: TYPES[".svg"], body: text }) : html(sourcePage(path, text, sources))]),
    ...[start, ...pages.values()].map((page) => [page.name, html(page)]),
    ["search.json", once(() => ({ type: TYPES[".json"], body: JSON.stringify(passages) }))],
  ]);
}

const isPicture = (path) => extname(path) === ".svg";

function file(name) {
  const type = TYPES[extname(name)] ?? "text/plain; charset=utf-8";
  const headers = type === TYPES[".html"] ? { "content-security-policy": REPORT_POLICY } : {};
  return { type, body: fileOfFolder(name), headers };
}

/** A file of the repository, as it is read there; a folder as the list of its files. */
function sourcePage(path, text, sources) {
  const isFolder = [...sources.keys()].some((other) => other.startsWith(`${path}/`));
  const isPage = isFolder || path.endsWith(".md");
  const body = isPage ? readable(text, path, isFolder, sources) : render(fenced(path, text), path).html;
  const name = isFolder || !isPage ? `<h1><code>${escape(path)}</code></h1>` : "";
  return { name: `source/${path}`, title: path, html: `${name}${body}` };
}

/** Links to files that are not shown lead nowhere: their words stay. */
function readable(text, path, isFolder, sources) {
  const { html } = render(text, isFolder ? `${path}/x` : path);
  const shown = (href) => [...sources.keys()].some((file) => href.split("#")[0] === placeOf(`/${file}`.slice(1), "x"));
  return html.replaceAll(/<a href="(\/docs\/source\/[^"]*)">(.*?)<\/a>/g, (all, href, words) => (shown(href) ? all : words));
}

function fenced(path, text) {
  const language = { rs: "rust", mjs: "js", md: "markdown" }[extname(path).slice(1)] ?? extname(path).slice(1);
  return `\`\`\`\`\`\`${language}\n${text}\n\`\`\`\`\`\`\n`;
}

function redirect(res, location) {
  res.writeHead(308, { location }).end();
  return true;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function once(make) {
  let made = null;
  return () => (made ??= make());
}
