// The collector behind TLS, by the blocks of demo-site/docs/operate.md.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import { Child } from "../../capture-wasm/build/children.mjs";
import { codeOf } from "../../capture-wasm/build/document.mjs";
import { freePort } from "../browser/ports.mjs";
import { Collector } from "./site.mjs";

const PAGE = "demo-site/docs/operate.md";
const run = promisify(execFile);
/** The largest body there is, and a little less than what the block lets through. */
const LARGE = 15 * 1024 * 1024;

const START = {
  async nginx(folder, port, block) {
    await run("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=collector.example", "-keyout", join(folder, "key"), "-out", join(folder, "pem")]);
    const server = changed(block, {
      "listen 443 ssl": `listen 127.0.0.1:${port} ssl`,
      "/etc/ssl/collector.example.pem": join(folder, "pem"),
      "/etc/ssl/collector.example.key": join(folder, "key"),
    });
    const user = process.getuid() === 0 ? "user root;" : "";
    const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join("\n");
    await writeFile(join(folder, "nginx.conf"), `${user}\ndaemon off;\npid ${folder}/pid;\nerror_log stderr error;\nevents {}\nhttp {\n${paths}\n${server}\n}\n`);
    return new Child("nginx", "nginx", ["-p", folder, "-e", "stderr", "-c", join(folder, "nginx.conf")]);
  },
  async caddy(folder, port, block) {
    // Its own certificates: the name is nobody's.
    const options = "{\nadmin off\nlocal_certs\nskip_install_trust\nauto_https disable_redirects\nlog {\nlevel ERROR\n}\n}\n";
    await writeFile(join(folder, "Caddyfile"), options + changed(block, { "collector.example {": `collector.example:${port} {\nbind 127.0.0.1` }));
    const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    return new Child("caddy", "caddy", ["run", "--config", join(folder, "Caddyfile"), "--adapter", "caddyfile"], env);
  },
};

for (const kind of Object.keys(START)) {
  test(`${kind} has the certificate, the collector everything else`, async () => {
    const collector = await Collector.open();
    const folder = await mkdtemp(join(tmpdir(), "tacit-tls-"));
    const port = await freePort();
    const block = changed(codeOf(PAGE, kind), { "127.0.0.1:8787": collector.address });
    const proxy = await START[kind](folder, port, block);
    try {
      const url = `https://collector.example:${port}`;
      const curl = async (...args) => {
        const always = ["--silent", "--insecure", "--resolve", `collector.example:${port}:127.0.0.1`, "--write-out", "\n%{http_code}"];
        const { stdout } = await run("curl", [...always, ...args]).catch((error) => error);
        return stdout.trimEnd().split("\n").at(-1);
      };
      await expect.poll(() => curl(`${url}/readyz`)).toBe("200");
      const body = join(folder, "body");
      await writeFile(body, Buffer.alloc(LARGE));
      // The collector's own answer, not the proxy's: it was handed all of it.
      const post = ["--request", "POST", "--header", "content-type: application/x-protobuf", "--data-binary", `@${body}`];
      expect(await curl(...post, `${url}/v1/traces`)).toBe("401");
      const key = ["--header", `authorization: Bearer ${collector.secret}`];
      expect(await curl(...key, `${url}/v1/labels?format=csv`)).toBe("200");
    } finally {
      await proxy.stop();
      await collector.close();
      await rm(folder, { recursive: true });
    }
  });
}

function changed(text, changes) {
  for (const [from, to] of Object.entries(changes)) {
    if (!text.includes(from)) throw new Error(`${PAGE} has no ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}
