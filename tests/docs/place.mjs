// A machine as the pages take it for granted: a collector with some weeks of simulated people, its
// configuration, the files that commands name, and the systems that they speak to.

import { execFile, execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { codeOf } from "../../capture-wasm/build/document.mjs";
import { root } from "../../capture-wasm/build/tools.mjs";
import { Collector } from "./collector.mjs";
import { commandsOf } from "./shell.mjs";

const TACIT = process.env.TACIT_BIN;
const run = promisify(execFile);

/** What is put before programs: what would go on for ever is ended once it works, and refusals are failures. */
export const PROGRAMS = {
  tacit: `#!/bin/bash
case "$*" in
  serve*|*--follow*)
    coproc { exec "$TACIT_BIN" "$@" 2>&1; }
    going=$COPROC_PID
    while read -r told <&"\${COPROC[0]}"; do
      if [[ $told =~ listening|delivered ]]; then kill -TERM "$going"; break; fi
      echo "$told" >&2
    done
    # Pushing is ended at any time.
    wait "$going" || [[ "$*" == *--follow* ]] ;;
  verify*|*--require-proof*) # Its exit code is its answer: 0 ship, 1 hold, 2 stop.
    said=$("$TACIT_BIN" "$@" 2>&1) || true
    echo "$said"
    grep -qiE '\\b(ship|hold|stop)\\b' <<< "$said" ;;
  health*|import*) # Unless it says where, it asks at the port that is another's here.
    [[ "$*" == *--url* ]] || set -- "$@" --url "$TACIT_URL"
    exec "$TACIT_BIN" "$@" ;;
  *) exec "$TACIT_BIN" "$@" ;;
esac
`,
  curl: '#!/bin/bash\nexec /usr/bin/curl --silent --show-error --fail-with-body "$@"\n',
  // Not on every system.
  time: '#!/bin/bash\nshift\nexec "$@"\n',
};

/** Longer than any block takes, s. */
const PATIENCE_S = 60;
/** Programs that change nothing but the folder they are called in. */
const HARMLESS = /^(tacit|target\/release\/tacit|curl|cp|export|\/usr\/bin\/time)$/;

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const NOW = new Date().toISOString();

/** Whatever commands that other pages lead up to have left behind. */
const FILES = {
  "tone.toml": () => codeOf("demo-site/docs/experiments.md", "toml"),
  "tuned-or-not.toml": () => FILES["tone.toml"]().replace('"tone"', '"tuned-or-not"'),
  "tacit.toml": configuration,
  "scores.json": () => JSON.stringify([{ id: "s-1", traceId: TRACE, name: "stars", value: 5, dataType: "NUMERIC", source: "ANNOTATION", timestamp: NOW }]),
  "feedback.ndjson": () => `${JSON.stringify({ id: "f-1", run_id: randomUUID(), key: "user_score", score: 1, created_at: NOW, feedback_source: { type: "api" } })}\n`,
  "annotations.csv": () => `id,span_id,name,annotator_kind,label,score,created_at\na-1,b7ad6b7169203331,quality,HUMAN,good,1,${NOW}\n`,
};

/** Of all pages that have some, with the `system` that labels go to, which takes those of today. */
function configuration(system) {
  const blocks = ["retention", "updates", "push"].map((page) => codeOf(`demo-site/docs/${page}.md`, "toml"));
  return blocks
    .join("\n")
    .replaceAll("/var/lib/tacit/", "")
    .replaceAll("[[push]]", "[[push]]\nmature_only = false")
    .replaceAll(/https:\/\/(langfuse|otlp)\.example/g, system);
}

const FIRST = {
  id: "o-1",
  aliases: [TRACE],
  subject: "u-7",
  model: "m-1",
  prompt_version: "support@14",
  input: [{ role: "user", content: "Why is the sky blue?" }],
  output: "Because short waves scatter more.",
};

export class Place {
  #places = 0;

  static async open() {
    const place = new Place();
    place.folder = mkdtempSync(join(tmpdir(), "tacit-place-"));
    place.base = join(place.folder, "base");
    place.system = await systems();
    for (const [name, text] of Object.entries(PROGRAMS)) {
      place.#write(`bin/${name}`, text);
      chmodSync(join(place.folder, "bin", name), 0o755);
    }
    for (const [name, text] of Object.entries(FILES)) place.#write(`base/${name}`, text(place.system.url));
    for (const name of ["shop.toml", "policy.toml", "mine.toml"]) cpSync(join(root, "collector/policies/default.toml"), join(place.base, name));
    await place.#fill();
    place.served = join(place.folder, "served");
    cpSync(place.base, place.served, { recursive: true });
    place.server = await Collector.open(join(place.served, "data"));
    place.key = place.server.key("secret", "--scope", "ingest", "--scope", "read", "--scope", "admin");
    place.ids.build = await place.#built();
    return place;
  }

  #write(name, text) {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  #tacit(...args) {
    return execFileSync(TACIT, args, { cwd: this.base, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  }

  /** An answer that the pages call o-1, and what comes of the data week by week. */
  async #fill() {
    this.#tacit("simulate", "--data", "data", "--project", "shop", "--signals", "800");
    const server = await Collector.open(join(this.base, "data"));
    const headers = { authorization: `Bearer ${server.secret}`, "content-type": "application/json" };
    await fetch(`${server.url}/v1/outputs`, { method: "POST", headers, body: JSON.stringify(FIRST) });
    const now = Date.now();
    const shown = { at: now - 60_000, kind: "shown", output: "o-1", turn: 0, variant: 0, chars: 32, words: 5, code_share: 0, stream_ms: 10 };
    await server.events("u-7", [shown, { at: now, kind: "copied", output: "o-1", chars: 32, share: 1, via: "button" }]);
    const [signal] = (await server.get("/v1/outputs/o-1")).signals;
    await server.close();
    const [key] = JSON.parse(this.#tacit("keys", "list", "--json")).keys;
    this.ids = { event: signal.id, key: key.id };
    for (const name of ["tone.toml", "tuned-or-not.toml"]) this.#tacit("experiment", "add", name);
    this.#tacit("dataset", "build", "--format", "trl-kto", "--split", "0.1", "--out", "builds/kto-1");
    // Another one of the same.
    for (const name of ["builds/kto-2", "builds/dpo-2", "tuning/2026-10", "tuning/2026-11"]) cpSync(join(this.base, "builds/kto-1"), join(this.base, name), { recursive: true });
    this.ids.brief = JSON.parse(this.#tacit("brief", "--out", "briefs/2026-W47", "--json")).id;
    this.#tacit("release", "add", "--name", "support@15", "--kind", "prompt", "--from", this.ids.brief, "--experiment", "tone");
  }

  /** A build that was asked for over HTTP. */
  async #built() {
    const headers = { authorization: `Bearer ${this.server.secret}`, "content-type": "application/json" };
    const asked = await fetch(`${this.server.url}/v1/datasets/builds`, { method: "POST", headers, body: JSON.stringify({ format: "trl-kto", split: 0.1 }) });
    const { id } = await asked.json();
    while ((await this.server.get(`/v1/datasets/builds/${id}`)).state !== "done") await delay(20);
    return id;
  }

  /** What of a block may not be run, because it would change the machine. */
  static harms(code) {
    return commandsOf(code).map((words) => words.find((word) => !/^\w+=/.test(word))).filter((program) => !HARMLESS.test(program));
  }

  /** Runs a block as it stands, on data of its own, with this machine's places and names in those of the page. */
  async run(code) {
    const folder = join(this.folder, `place-${this.#places++}`);
    const here = this.#here(code, folder);
    const harms = [...Place.harms(code), ...outside(here, this.folder)];
    if (harms.length > 0) throw new Error(`would change this machine: ${harms.join(", ")}`);
    cpSync(this.base, folder, { recursive: true });
    for (const name of ["etc/bash_completion.d", "backup", "var/backups", "target/release"]) mkdirSync(join(folder, name), { recursive: true });
    symlinkSync(join(this.folder, "bin/tacit"), join(folder, "target/release/tacit"));
    symlinkSync(join(root, "collector"), join(folder, "collector"));
    // What it makes is not there yet.
    const made = [...here.matchAll(/--(?:out|store) ([\w./-]+)/g)].map(([, name]) => name);
    if (here.includes("run --due")) made.push("tuning");
    for (const name of made) rmSync(resolve(folder, name), { recursive: true, force: true });
    const env = {
      PATH: `${join(this.folder, "bin")}:${process.env.PATH}`,
      HOME: folder,
      TACIT_BIN: TACIT,
      TACIT_URL: this.server.url,
      TACIT_LISTEN: "127.0.0.1:0",
      ...Object.fromEntries(["SK", "SECRET", "TACIT_SECRET_KEY"].map((name) => [name, this.key])),
      ...Object.fromEntries(["LANGFUSE_SECRET_KEY", "OTLP_KEY", "OPENAI_API_KEY"].map((name) => [name, "sk-1"])),
      AS_OF: new Date().toISOString().slice(0, 10),
      ID: this.ids.build,
    };
    try {
      return await run("timeout", [String(PATIENCE_S), "bash", "--norc", "-euo", "pipefail", "-c", here], { cwd: folder, env });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  #here(code, folder) {
    const names = [
      [/\/var\/lib\/tacit\b/g, join(folder, "data")],
      ["/etc/tacit/tacit.toml", join(folder, "tacit.toml")],
      [/(?<=[\s'"])\/(etc|usr\/local|var|backup)\//g, `${folder}/$1/`],
      [/https:\/\/collector(?=\/)|http:\/\/127\.0\.0\.1:8787|https:\/\/tacit\.example/g, this.server.url],
      [/http:\/\/127\.0\.0\.1:6006|https:\/\/api\.example/g, this.system.url],
      ["/usr/bin/time", join(this.folder, "bin/time")],
      ["--listen 127.0.0.1:8787", "--listen 127.0.0.1:0"],
      ["sk_…", this.key],
      [/\bkey_5f3a\b/g, this.ids.key],
      [/\bbr_(?:4c1d0f7a9be2d310\b|…)/g, this.ids.brief],
      [/\b9f3c\w{28}:1\b/g, this.ids.event],
      // As much as shows that it works.
      [/--signals \d+/g, "--signals 300"],
    ];
    return names.reduce((text, [name, here]) => text.replaceAll(name, here), code);
  }

  async close() {
    await this.server.close();
    this.system.close();
    rmSync(this.folder, { recursive: true });
  }
}

/** Absolute paths that are not below the folder. */
function outside(code, folder) {
  const paths = [...code.matchAll(/(?<![\w.:/…})-])\/[a-z][\w./-]*/g)].map(([path]) => path);
  return paths.filter((path) => !path.startsWith(`${folder}/`));
}

/** Stands for the systems that labels go to and for a model: takes everything. */
async function systems() {
  const answer = { choices: [{ message: { role: "assistant", content: "Short waves scatter more." } }], usage: {} };
  const server = createServer(async (request, response) => {
    await request.toArray();
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close().closeAllConnections() };
}
