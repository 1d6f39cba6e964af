// A site behind a real reverse proxy, with the rules that the documentation gives.

import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { Child } from "../../capture-wasm/build/children.mjs";
import { codeOf } from "../../capture-wasm/build/document.mjs";
import { root } from "../../capture-wasm/build/tools.mjs";
import { freePort } from "../browser/ports.mjs";

const PAGE = "demo-site/docs/first-party.md";
const COLLECTOR = "127.0.0.1:8787";

/** How each proxy is started: the rules go into a site that serves files. */
export const PROXIES = {
  nginx: {
    async start(folder, port, rules) {
      // Its workers would be another user, who may not look into the folder.
      const user = process.getuid() === 0 ? "user root;" : "";
      const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
      const paths = temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join("\n");
      const types = "types { text/html html; }";
      const server = `server {\nlisten 127.0.0.1:${port};\nroot ${folder}/files;\n${rules}\n}`;
      const http = `http {\naccess_log off;\n${paths}\n${types}\n${server}\n}`;
      await writeFile(join(folder, "nginx.conf"), `${user}\ndaemon off;\npid ${folder}/pid;\nerror_log stderr error;\nevents {}\n${http}\n`);
      return new Child("nginx", "nginx", ["-p", folder, "-e", "stderr", "-c", join(folder, "nginx.conf")]);
    },
  },
  caddy: {
    async start(folder, port, rules) {
      const site = `http://127.0.0.1:${port} {\nbind 127.0.0.1\nroot * ${folder}/files\n${rules}\nfile_server\n}`;
      await writeFile(join(folder, "Caddyfile"), `{\nadmin off\nauto_https off\nlog {\nlevel ERROR\n}\n}\n${site}\n`);
      const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
      return new Child("caddy", "caddy", ["run", "--config", join(folder, "Caddyfile"), "--adapter", "caddyfile"], env);
    },
  },
};

export class Site {
  /** A site whose rules point at `upstream` (host and port); its pages are `files`. */
  static async open(kind, upstream, files = {}) {
    const site = new Site();
    site.folder = await mkdtemp(join(tmpdir(), "tacit-proxy-"));
    await mkdir(join(site.folder, "files"));
    for (const [name, text] of Object.entries({ ...files, "up.html": "up" })) await writeFile(join(site.folder, "files", name), text);
    const port = upstream.sitePort ?? (await freePort());
    site.url = `http://127.0.0.1:${port}`;
    const rules = codeOf(PAGE, kind);
    if (!rules.includes(COLLECTOR)) throw new Error(`${PAGE} has no ${COLLECTOR} for ${kind}`);
    site.proxy = await PROXIES[kind].start(site.folder, port, rules.replaceAll(COLLECTOR, upstream.address));
    await site.proxy.ready(`${site.url}/up.html`);
    return site;
  }

  async close() {
    await this.proxy.stop();
    await rm(this.folder, { recursive: true });
  }
}

/** A collector with the built package, and a key for the origin of a site to come. */
export class Collector {
  static async open() {
    const collector = new Collector();
    collector.data = await mkdtemp(join(tmpdir(), "tacit-"));
    collector.sitePort = await freePort();
    collector.address = `127.0.0.1:${await freePort()}`;
    collector.url = `http://${collector.address}`;
    collector.publishable = await collector.#key("publishable", "--origin", `http://127.0.0.1:${collector.sitePort}`);
    collector.secret = await collector.#key("secret");
    const where = ["--listen", collector.address, "--data", collector.data];
    collector.process = new Child("tacit", tacit(), ["serve", ...where, "--capture", join(root, "capture-wasm/dist/web")]);
    await collector.process.ready(`${collector.url}/readyz`);
    return collector;
  }

  async #key(kind, ...more) {
    const args = ["keys", "create", "--data", this.data, "--project", "shop", "--kind", kind, ...more, "--json"];
    return JSON.parse((await promisify(execFile)(tacit(), args)).stdout).key;
  }

  async signals(output) {
    const response = await fetch(`${this.url}/v1/outputs/${output}`, { headers: { authorization: `Bearer ${this.secret}` } });
    return response.ok ? (await response.json()).signals : [];
  }

  async close() {
    await this.process.stop();
    await rm(this.data, { recursive: true });
  }
}

function tacit() {
  if (!process.env.TACIT_BIN) throw new Error("TACIT_BIN is not set: run these tests by `npm test -- proxy`");
  return process.env.TACIT_BIN;
}

/** Stands in for the collector where it has to fail: `answer` gives every answer. */
export async function upstream(answer) {
  const requests = [];
  const server = createServer(async (request, response) => {
    requests.push({ method: request.method, url: request.url, headers: request.headers, bytes: await buffer(request) });
    answer(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { address: `127.0.0.1:${server.address().port}`, requests, close: () => server.close().closeAllConnections() };
}
