// What one machine takes at once: a handler that does nothing, Tacit, and nginx that writes what is
// posted into a log, loaded by the same program over as many connections, in turn, in one run.

import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../../../capture-wasm/build/tools.mjs";

const run_ = promisify(execFile);
const BURST_SECONDS = 20;

export const title = "Ingest";
export const about = `Batches of ten events over 256 connections that send as soon as they are answered, ${BURST_SECONDS} s each; client and server share the machine. Tacit answers once a batch is on the device, and its bytes on disk are those of the log and of the database with all its indices. nginx appends the body to a file that nobody syncs, reads or deduplicates. The ceiling keeps nothing.`;
export const columns = [
  { name: "requests a second", unit: "" },
  { name: "events a second", unit: "" },
  { name: "÷ ceiling", unit: "×" },
  { name: "p50", unit: "ms" },
  { name: "p99", unit: "ms" },
  { name: "disk per event", unit: "B" },
];
export const plot = { column: 1, title: "Events a second, ten a request" };

export const options = { rounds: 3 };

export async function run({ rounds }) {
  const nginx = await startNginx();
  try {
    const said = await load(["--only", "burst", "--json", "--rounds", rounds, "--burst-seconds", BURST_SECONDS, "--peer", nginx.address]);
    const [ceiling, tacit, peer] = said.table;
    const disk = said.details.burst.map(({ disk_bytes_per_event: { log, database } }) => log + database);
    const row = (name, note, one, bytes) => ({
      name,
      note,
      values: [Math.round(one.requests_per_second), Math.round(one.events_per_second), one.requests_per_second / ceiling.requests_per_second, one.p50_ms, one.p99_ms, bytes],
    });
    return [
      row("ceiling", "reads the body, answers 204", ceiling, 0),
      row("tacit", "durable", tacit, Math.max(...disk)),
      row("nginx", `${nginx.version}, body into the access log`, peer, nginx.bytes() / (peer.events_per_second * BURST_SECONDS * rounds)),
    ];
  } finally {
    await nginx.stop();
  }
}

async function load(args) {
  const all = ["run", "--release", "--quiet", "--package", "tacit-load", "--", ...args.map(String)];
  // It exits 1 where a bar is not met, and says what it measured all the same.
  const { stdout } = await run_("cargo", all, { cwd: root, maxBuffer: 64 << 20 }).catch((error) => {
    if (error.code !== 1 || !error.stdout) throw error;
    return error;
  });
  return JSON.parse(stdout);
}

/** nginx reads a body only where somebody else is to have it: it is its own upstream. */
async function startNginx() {
  const folder = mkdtempSync(join(tmpdir(), "tacit-nginx-"));
  const [port, inner] = [await freePort(), await freePort()];
  const log = join(folder, "bodies.log");
  const config = join(folder, "nginx.conf");
  writeFileSync(
    config,
    `daemon off; worker_processes auto; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 4096; }
http {
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  client_body_in_single_buffer on; client_body_buffer_size 64k; keepalive_requests 100000000;
  log_format bodies escape=none $request_body;
  access_log off;
  upstream inner { server 127.0.0.1:${inner}; keepalive 64; keepalive_requests 100000000; }
  server { listen 127.0.0.1:${port}; location /c { access_log ${log} bodies buffer=64k flush=1s; proxy_pass http://inner; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass_request_body off; proxy_set_header Content-Length ""; } }
  server { listen 127.0.0.1:${inner}; location / { return 204; } }
}
`,
  );
  const child = spawn("nginx", ["-c", config, "-e", join(folder, "error.log")], { stdio: "ignore" });
  const ended = new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new Error(`nginx is needed for this suite: ${error.message}`)));
    child.on("exit", resolve);
  });
  const answers = async () => {
    while (!(await fetch(`http://127.0.0.1:${port}/c`, { method: "POST", body: "x" }).then(({ status }) => status === 204, () => false)));
  };
  await Promise.race([answers(), ended.then(() => Promise.reject(new Error("nginx ended")))]);
  const { stderr } = await run_("nginx", ["-v"]);
  return {
    address: `127.0.0.1:${port}`,
    version: stderr.trim().split("/").pop(),
    bytes: () => statSync(log).size,
    async stop() {
      child.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
