// One snippet in a page of its own, and what comes of it.

import { expect } from "../house.mjs";
import { slower } from "../slower.mjs";
import { ANSWER } from "./bodies.mjs";

const PACKAGE = { imports: { "tacit-capture": "/own/npm/index.js", "tacit-capture/assign": "/own/npm/assign.js" } };

export class Visit {
  /** What went wrong on the page, in the browser's words. */
  complaints = [];

  /** Opens it. `tag` is the script tag for snippets that are none. */
  static async open(context, stand, entry, tag) {
    const visit = Object.assign(new Visit(), { context, stand, entry, project: await stand.project(entry.name) });
    const filled = (code) => stand.filled(code, visit.project);
    visit.code = filled(entry.fill ? await entry.fill(entry.code, visit.project) : entry.code);
    if (entry.inNode) return visit;
    if (entry.language === "csp") visit.csp = visit.code.trim().replaceAll("\n", " ");
    visit.html = page(entry, visit.code, filled(tag), filled);
    visit.page = await visit.#opened(visit.html, visit.csp, visit.complaints);
    return visit;
  }

  /** Another page of this snippet, in which something was changed, and which may complain. */
  changed = ({ html = (same) => same, csp = (same) => same }) => this.#opened(html(this.html), this.csp && csp(this.csp), []);

  async #opened(html, csp, complaints) {
    const page = await this.context.newPage();
    await slower(page);
    page.on("pageerror", ({ message }) => complaints.push(message));
    page.on("console", (message) => /error|warning/.test(message.type()) && complaints.push(message.text()));
    page.on("requestfailed", (request) => complaints.push(`${request.url()}: ${request.failure().errorText}`));
    await page.goto(this.stand.page(html, csp));
    return page;
  }

  /** What the collector knows of this page's outputs: their ids. */
  outputs = async () => (await (await this.project.get("/v1/outputs")).json()).outputs.map(({ id }) => id);

  /** A signal of this kind with these fields, as soon as the collector has it. */
  heard = async (kind, fields = {}) => {
    let signals = [];
    const look = async () => {
      // By whichever way it was started.
      await this.page.evaluate(() => window[Symbol.for("tacit.capture")]?.flush());
      const ids = await this.outputs();
      const known = await Promise.all(ids.map((id) => this.project.find(id)));
      signals = known.flatMap((one, n) => one?.signals.map((signal) => ({ output: ids[n], ...signal })) ?? []);
      return signals;
    };
    const wanted = expect.objectContaining({ kind, ...fields });
    await expect.poll(look).toContainEqual(wanted);
    return signals.find((signal) => wanted.asymmetricMatch(signal));
  };
}

/** A page with the snippet where it belongs. */
function page({ language, name, body = ANSWER, before = "", after = "", later }, code, tag, filled) {
  const document = (head, body) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${name}</title>${head}</head><body>${body}</body></html>`;
  if (language === "html") return code.includes("<script") ? document(code, body) : document(tag, code);
  if (language === "csp" || later) return document(tag, body);
  const script = `<script type="module">${filled(before)}\n${code}\n${after}</script>`;
  return document(`<script type="importmap">${JSON.stringify(PACKAGE)}</script>`, body + script);
}
