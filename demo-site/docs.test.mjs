// The documentation as a site: everything is in its table of contents, and no link leads nowhere.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import test from "node:test";
import { contentsOf } from "./server/docs/contents.mjs";
import { placeOf } from "./server/docs/links.mjs";
import { render } from "./server/docs/render.mjs";
import { createSite } from "./server/site.mjs";

const FROM = "demo-site/docs/policy.md";

async function site(t) {
  const site = createSite({ tacitUrl: "http://127.0.0.1:1", publishableKey: "", secretKey: "" });
  site.server.listen(0, "127.0.0.1");
  await once(site.server, "listening");
  t.after(() => site.close());
  const url = `http://127.0.0.1:${site.server.address().port}`;
  return (path) => fetch(url + path, { redirect: "manual" });
}

const idsOf = (html) => new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => `#${id}`));
const linksOf = (html) => [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, href]) => href.replaceAll("&#38;", "&"));

test("every page is in the table of contents, and every link of every page leads somewhere", async (t) => {
  const get = await site(t);
  const start = await (await get("/docs/")).text();
  const files = readdirSync(new URL("docs/", import.meta.url)).filter((name) => name.endsWith(".md") && name !== "README.md");
  // Two lie beside the code they are the norm of.
  const names = [...files.map((file) => file.slice(0, -3)), "wire", "assign"];
  for (const name of names) assert.match(start, new RegExp(`href="/docs/${name}"`), `${name} is not in docs/README.md`);

  // Walks the site as a reader would.
  const seen = new Map([["/docs/", start]]);
  const waiting = ["/docs/"];
  const broken = [];
  while (waiting.length > 0) {
    const path = waiting.pop();
    for (const href of linksOf(seen.get(path))) {
      if (/^[a-z]+:/.test(href)) continue;
      const { pathname: target, hash } = new URL(href, `http://site${path}`);
      if (!seen.has(target)) {
        const answer = await get(target);
        const isPage = answer.status === 200 && answer.headers.get("content-type").startsWith("text/html");
        seen.set(target, isPage && target !== "/" ? await answer.text() : "");
        if (answer.status !== 200) broken.push(`${path}: ${href} is ${answer.status}`);
        else if (isPage && target.startsWith("/docs/")) waiting.push(target);
      }
      const isChecked = hash && target.startsWith("/docs/") && seen.get(target) !== "";
      if (isChecked && !idsOf(seen.get(target)).has(decodeURIComponent(hash))) broken.push(`${path}: ${href} has no such heading`);
    }
  }
  assert.deepEqual(broken, []);
  const pages = [...seen].filter(([path, html]) => html && path.startsWith("/docs/") && !path.startsWith("/docs/source/") && !path.endsWith(".html"));
  assert.deepEqual(pages.flatMap(([path, html]) => hardToHear(html).map((what) => `${path}: ${what}`)), []);
  assert.ok(seen.size > files.length);
});

/** What people who have a page read out stumble over: cheap to see here, on every page. */
function hardToHear(html) {
  const levels = [...html.slice(html.indexOf("<article")).matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
  const skipped = levels.filter((level, at) => level > (levels[at - 1] ?? 0) + 1 || (level === 1 && at > 0));
  return [...skipped.map((level) => `a heading of level ${level} out of order`), ...(html.includes("<th></th>") ? ["a head without a word"] : [])];
}

test("what is searched names its place, each once", async (t) => {
  const get = await site(t);
  const passages = await (await get("/docs/search.json")).json();
  assert.equal(new Set(passages.map(({ id }) => id)).size, passages.length);
  const windows = passages.find(({ id }) => id === "/docs/policy#how-a-label-comes-about");
  assert.equal(windows.page, "Policies: what counts as a good answer");
  assert.match(windows.text, /family/);
});

test("only what the documentation names can be read", async (t) => {
  const get = await site(t);
  assert.equal((await get("/docs/source/collector/policies/default.toml")).status, 200);
  for (const path of ["/docs/source/package.json", "/docs/../server.mjs", "/docs/..%2fserver.mjs", "/docs/%ff", "/docs/source/"]) {
    assert.equal((await get(path)).status, 404, path);
  }
  const old = await get("/docs/policy.md");
  assert.equal(old.status, 308);
  assert.equal(old.headers.get("location"), "/docs/policy");
});

test("a link between files becomes one between pages", () => {
  assert.equal(placeOf("metrics.md#the-metrics", FROM), "/docs/metrics#the-metrics");
  assert.equal(placeOf("README.md", FROM), "/docs/");
  assert.equal(placeOf("simulation/index.html", FROM), "/docs/simulation/index.html");
  assert.equal(placeOf("../../signals/ASSIGN.md#vectors", FROM), "/docs/assign#vectors");
  assert.equal(placeOf("../../signals/Cargo.toml", FROM), "/docs/source/signals/Cargo.toml");
  assert.equal(placeOf("../demo-site/docs/policy.md#reference", "signals/WIRE.md"), "/docs/policy#reference");
  assert.equal(placeOf("vectors/batches.json", "signals/WIRE.md"), "/docs/source/signals/vectors/batches.json");
  assert.equal(placeOf("#here", FROM), "#here");
  assert.equal(placeOf("https://example.com/a.md", FROM), "https://example.com/a.md");
});

test("code is coloured, named by its file, and escaped", () => {
  const { html, title, headings } = render("# A `b` & c\n\n## Two\n\n```toml x.toml\na = 1 # <b>\n```\n", FROM);
  assert.equal(title, "A b & c");
  assert.deepEqual(headings.map(({ id }) => id), ["a-b--c", "two"]);
  assert.match(html, /<figcaption>x\.toml<\/figcaption>/);
  assert.match(html, /<span class="hljs-attr">a<\/span> = /);
  assert.match(html, /# &lt;b&gt;/);
});

test("a row of the table of contents without a page is an error", () => {
  assert.throws(() => contentsOf("## A\n\n| page | answers |\n| --- | --- |\n| none | x |\n"), /no link to a page/);
});
