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

export const tables = [
  {
    name: "ingest",
    title: "Ingest",
    about:
      "Batches of ten events over 256 connections that send as soon as they are answered; client and server share the machine, and take turns. Tacit answers once a batch is on the device. *ceiling* is an actix handler that reads the body, answers 204 and keeps nothing; *nginx* appends the body to a file that nobody syncs, reads or deduplicates. The program first waits until the store has everything, and fails if it has not each acknowledged event once.",
    measures: [
      { key: "events", what: "events a second", more: true, limit: "ceiling: HTTP alone on these cores", ratioFloors: { ceiling: 0.55 } },
      { key: "requests", what: "requests a second", more: true, limit: "ceiling", isCompared: false },
      { key: "p50", what: "median wait until it is durable", unit: "ms", limit: "a sync of the disk" },
      { key: "p99", what: "99th percentile of that wait", unit: "ms", limit: "a sync of the disk" },
      { key: "bytes", what: "bytes on disk, an event", unit: "B", limit: "nginx: what was sent" },
      { key: "database", what: "of these in the database, with its indices", unit: "B", limit: "kind, time, number and answer: some 8", isCompared: false },
    ],
    plot: { measure: "events", title: "Events a second, ten a request" },
  },
];

export const options = { rounds: 3, seconds: 10 };

export async function run({ rounds, seconds }) {
  const nginx = await startNginx();
  try {
    const said = await load(["--only", "burst", "--json", "--rounds", rounds, "--burst-seconds", seconds, "--ceiling-seconds", seconds, "--peer", nginx.address]);
    const lost = said.bars.find(({ what, met }) => what.startsWith("burst: all") && !met);
    if (lost) throw new Error(lost.what);
    const of = (figures) => ({
      requests: figures.map(({ requests_per_second }) => Math.round(requests_per_second)),
      events: figures.map(({ events_per_second }) => Math.round(events_per_second)),
      p50: figures.map(({ p50_ms }) => p50_ms),
      p99: figures.map(({ p99_ms }) => p99_ms),
    });
    const { burst } = said.details;
    const events = burst.reduce((sum, { peer }) => sum + peer.events_per_second * seconds, 0);
    const disk = burst.map(({ disk_bytes_per_event }) => disk_bytes_per_event);
    return [
      [
        { name: "tacit", note: "durable; the bytes are those of its log, kept for an hour, and of its database", values: { ...of(burst.map(({ durable }) => durable)), bytes: disk.map(({ log, database }) => log + database), database: disk.map(({ database }) => database) } },
        { name: "ceiling", note: "actix, reads the body, answers 204", values: of(burst.map(({ ceiling }) => ceiling)) },
        { name: "nginx", note: `${nginx.version}, body into the access log`, values: { ...of(burst.map(({ peer }) => peer)), bytes: nginx.bytes() / events } },
      ],
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
