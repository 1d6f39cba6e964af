// Where the documents' snippets are tried: one collector, and for each of them a page and a project
// of its own.

import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { House } from "../house.mjs";
import { OWN, serveOwn } from "../pages.mjs";
import { freePort } from "../ports.mjs";

const SCOPES = ["ingest", "read", "admin"].flatMap((scope) => ["--scope", scope]);
/** What the documents call a collector. */
const COLLECTORS = /https:\/\/collector\.example|http:\/\/127\.0\.0\.1:8787/g;

export class Stand extends House {
  #pages = new Map();
  #server;

  /** With a project for each of these names. */
  static async open(projects) {
    const stand = new Stand();
    stand.data = await mkdtemp(join(tmpdir(), "tacit-documented-"));
    [stand.port, stand.pagesPort] = await Promise.all([freePort(), freePort()]);
    stand.url = `http://127.0.0.1:${stand.port}`;
    stand.site = `http://127.0.0.1:${stand.pagesPort}`;
    stand.demo = `${stand.site}/`;
    stand.projects = new Map();
    // They write to one file, so one after the other is no slower.
    for (const name of projects) stand.projects.set(name, Object.assign(Object.create(stand), { secret: await stand.keyOf(name, "secret", ...SCOPES) }));
    await stand.startCollector();
    stand.#server = createServer((request, response) => stand.#serve(request, response).catch(() => response.writeHead(404).end()));
    await new Promise((resolve) => stand.#server.listen(stand.pagesPort, "127.0.0.1", resolve));
    return stand;
  }

  /** The collector as somebody sees it who has the keys of this project, with one for its page. */
  async project(name) {
    const project = this.projects.get(name);
    project.publishable ??= (await project.post("/v1/keys", { kind: "publishable", origins: [this.site] })).key;
    return project;
  }

  async post(path, value) {
    const headers = { authorization: `Bearer ${this.secret}`, "content-type": "application/json" };
    const answer = await fetch(this.url + path, { method: "POST", headers, body: JSON.stringify(value) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** As a site's server does. */
  register(record) {
    return this.post("/v1/outputs", record);
  }

  /** Declares an experiment; who is in which arm by the collector's word. */
  async assigned(plan, people) {
    await this.post("/v1/experiments", { ...plan, primary: "use_rate", mde: 0.05 });
    const one = async (subject) => [subject, (await (await this.get(`/v1/assign?experiment=${plan.name}&subject=${subject}`)).json()).arm];
    return Promise.all(people.map(one));
  }

  /** Code as a reader has it who put in their key and collector. */
  filled(code, { publishable }) {
    return code.replaceAll("pk_…", publishable).replaceAll(COLLECTORS, this.url);
  }

  /** The address of a page that says this. */
  page(html, csp) {
    const path = `/${this.#pages.size}`;
    this.#pages.set(path, { html, csp });
    return this.site + path;
  }

  async #serve(request, response) {
    const { pathname } = new URL(request.url, this.site);
    if (pathname === "/favicon.ico") return response.writeHead(204).end();
    if (pathname.startsWith(OWN)) return serveOwn(this, request, response, pathname.slice(OWN.length));
    // As first-party.md has it of a proxy.
    if (pathname === "/t") return this.#pass("/c", request, response);
    if (pathname.startsWith("/t/")) return this.#pass(pathname.replace("/t/", "/capture/"), request, response);
    const { html, csp } = this.#pages.get(pathname);
    response.setHeader("content-type", "text/html; charset=utf-8");
    if (csp) response.setHeader("content-security-policy", csp);
    response.end(html);
  }

  async #pass(path, request, response) {
    const { method, headers } = request;
    const body = method === "POST" ? { body: Readable.toWeb(request), duplex: "half" } : {};
    const passed = await fetch(this.url + path, { method, headers: { origin: headers.origin ?? "" }, ...body });
    response.writeHead(passed.status, { "content-type": passed.headers.get("content-type") ?? "" });
    response.end(Buffer.from(await passed.arrayBuffer()));
  }

  async close() {
    this.#server.closeAllConnections();
    this.#server.close();
    await this.collector.stop();
    await rm(this.data, { recursive: true });
  }
}
