// GET /: the page, with the Tacit snippet rendered in as any site would write it.

import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { escape } from "./escape.mjs";

const TEMPLATE = new URL("../public/index.html", import.meta.url);

export async function page(res, config) {
  // A site with accounts would put its own pseudonym of the person here. This one has none, so a
  // visit gets a random name that is kept nowhere.
  const subject = `u-${randomUUID()}`;
  const html = (await readFile(TEMPLATE, "utf8"))
    .replaceAll("{{subject}}", subject)
    .replace("{{collector}}", escape(config.tacitUrl))
    .replace("{{tacit}}", snippet(config, subject));
  res.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
  res.end(html);
}

export function snippet({ tacitUrl, publishableKey }, subject) {
  if (!publishableKey) return "<!-- no TACIT_PUBLISHABLE_KEY: this page runs without Tacit -->";
  const attributes = {
    id: "tacit-snippet", // not "tacit": an element with that id would pose as window.tacit
    src: `${tacitUrl}/capture/tacit.js`,
    "data-key": publishableKey,
    "data-endpoint": `${tacitUrl}/c`,
    "data-content": "edits",
    "data-subject": subject,
    "data-surface": "chat",
    "data-flush-after-ms": "1000",
  };
  const written = Object.entries(attributes).map(([name, value]) => `${name}="${escape(value)}"`);
  return `<script ${written.join(" ")} async></script>`;
}
