// `npm start`: builds what is missing and runs the collector and the demo until
// Ctrl-C.

import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Child, portIsFree } from "../capture-wasm/build/children.mjs";
import { collector, compilers, npmPackages, wasmPackage } from "../capture-wasm/build/prepare.mjs";
import { Problem, root, say, stopRunning } from "../capture-wasm/build/tools.mjs";

const port = Number(process.env.TACIT_PORT ?? 8787);
const demoPort = Number(process.env.TACIT_DEMO_PORT ?? 8788);
const data = resolve(root, process.env.TACIT_DATA ?? "data");
const url = `http://127.0.0.1:${port}`;
const demoUrl = `http://127.0.0.1:${demoPort}`;

const children = [];
let stopping = false;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);
if (process.env.npm_lifecycle_event) {
  // npm does not pass SIGTERM on: it ends and leaves us behind.
  const npm = process.ppid;
  setInterval(() => process.ppid !== npm && stop(), 250).unref();
}

try {
  await main();
} catch (error) {
  if (!stopping) await fail(error);
}

async function main() {
  await portIsFree(port, "TACIT_PORT");
  await portIsFree(demoPort, "TACIT_DEMO_PORT");
  await npmPackages();
  await compilers();
  await wasmPackage();
  // Tests have built theirs.
  const tacit = process.env.TACIT_BIN ?? (await collector());
  const keys = developmentKeys(tacit);
  if (stopping) return;

  const serve = ["serve", "--listen", `127.0.0.1:${port}`, "--data", data];
  const pages = ["--capture", join(root, "capture-wasm/dist/web"), "--demo-url", `${demoUrl}/`];
  await start("tacit", `${url}/readyz`, tacit, [...serve, ...pages]);
  await start("demo", `${demoUrl}/healthz`, process.execPath, [join(root, "demo-site/server.mjs")], {
    PORT: String(demoPort),
    TACIT_URL: url,
    TACIT_PUBLISHABLE_KEY: keys.publishable,
    TACIT_SECRET_KEY: keys.secret,
  });
  if (!stopping) welcome(keys);
}

async function start(name, readyUrl, program, args, env) {
  const child = new Child(name, program, args, env);
  children.push(child);
  await child.ready(readyUrl);
  child.ended.then((how) => {
    if (!stopping) fail(new Problem(`${name} ended by itself: ${how}`));
  });
}

/** The demo's project has its keys made once; they stay with the data they open. */
function developmentKeys(tacit) {
  const file = join(data, "dev-keys.json");
  let keys = null;
  try {
    keys = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error.code !== "ENOENT") throw new Problem(`${file} cannot be read: ${error.message}`);
  }
  // A publishable key is bound to the origin of the page.
  if (keys?.origin === demoUrl && keys.operator) return keys;

  say("making keys for the development project");
  mkdirSync(data, { recursive: true });
  const create = (...args) => {
    const command = ["keys", "create", "--data", data, "--project", "dev", ...args, "--json"];
    const { status, stdout, stderr, error } = spawnSync(tacit, command, { encoding: "utf8" });
    if (status !== 0) throw new Problem(`tacit ${command.join(" ")} failed: ${error?.message ?? stderr}`);
    return JSON.parse(stdout).key;
  };
  keys = {
    origin: demoUrl,
    publishable: keys?.origin === demoUrl ? keys.publishable : create("--kind", "publishable", "--origin", demoUrl),
    // The demo's server registers outputs; only the operator may take things back.
    secret: keys?.secret ?? create("--kind", "secret"),
    operator: keys?.operator ?? create("--kind", "secret", "--scope", "read", "--scope", "admin"),
  };
  writeFileSync(file, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  chmodSync(file, 0o600); // The mode above is for a new file only.
  return keys;
}

function welcome(keys) {
  say("ready; Ctrl-C stops it");
  console.log(`
  demo              ${demoUrl}/   (${url}/demo/ leads there)
  documentation     ${demoUrl}/docs/
  dashboard         ${url}/#key=${keys.operator}
  capture script    ${url}/capture/tacit.js
  publishable key   ${keys.publishable}
  secret key        ${keys.secret}
  data              ${data}
`);
}

async function stop() {
  if (stopping) return;
  stopping = true;
  say("stopping");
  stopRunning();
  await stopChildren();
  say("stopped");
  process.exit(0);
}

async function fail(error) {
  stopping = true;
  say(error instanceof Problem ? error.message : error.stack);
  await stopChildren();
  process.exit(1);
}

function stopChildren() {
  return Promise.all(children.map((child) => child.stop()));
}
