// What is measured beside Tacit: the packages of others at pinned versions, each set up to see as
// much of a page as it can by itself (`entries/`), and how to count events in what it sends.

import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, inflateSync } from "node:zlib";
import { build } from "esbuild";
import { run, say, target } from "../../../capture-wasm/build/tools.mjs";
import { once } from "../../chats/harness/install.mjs";

const workshop = join(target, "bench", "peers");
const read = (file) => readFileSync(join(import.meta.dirname, file));
const { dependencies } = JSON.parse(read("package.json"));

/** `events({ url, body })`: how many are in one request. */
export const PEERS = [
  { name: "posthog", package: "posthog-js", setUp: "autocapture, copied text", events: posthogEvents },
  { name: "snowplow", package: "@snowplow/browser-tracker", setUp: "activity, link, button, form", events: ({ body }) => json(body)?.data?.length },
  { name: "amplitude", package: "@amplitude/analytics-browser", setUp: "all autocapture", events: ({ body }) => json(body)?.events?.length },
  { name: "rrweb", package: "@rrweb/record", setUp: "record; JSON every 5 s", events: ({ body }) => json(body)?.length },
  { name: "sentry", package: "@sentry/browser", setUp: "replay, tracing", events: sentryEvents },
].map((peer) => ({ ...peer, version: dependencies[peer.package] }));

/** The peers' scripts as a site would ship them: `Map(name → bytes)`. */
export async function peerScripts() {
  await once(workshop, read("package-lock.json"), async () => {
    say("installing the peers");
    mkdirSync(workshop, { recursive: true });
    for (const file of ["package.json", "package-lock.json"]) cpSync(join(import.meta.dirname, file), join(workshop, file));
    await run("npm", ["ci", "--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: workshop });
  });
  const scripts = await Promise.all(
    PEERS.map(async ({ name }) => {
      const { outputFiles } = await build({
        stdin: { contents: read(`entries/${name}.js`).toString(), resolveDir: workshop },
        bundle: true,
        minify: true,
        format: "iife",
        target: "es2022",
        legalComments: "none",
        write: false,
      });
      return [name, Buffer.from(outputFiles[0].contents)];
    }),
  );
  return new Map(scripts);
}

function json(body) {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Gzip while the page is there, a form with base64 when it is left. */
function posthogEvents({ body }) {
  const isGzip = body[0] === 0x1f && body[1] === 0x8b;
  const form = new URLSearchParams(isGzip ? "" : body.toString()).get("data");
  const sent = json(isGzip ? gunzipSync(body) : form ? Buffer.from(form, "base64") : body);
  return sent?.batch?.length ?? sent?.length ?? (sent?.event ? 1 : 0);
}

/** An envelope is lines of JSON; a recording is a header line and deflated JSON. */
function sentryEvents({ body }) {
  let count = 0;
  let at = body.indexOf(10) + 1;
  while (at > 0 && at < body.length) {
    const end = body.indexOf(10, at);
    const head = json(body.subarray(at, end === -1 ? undefined : end));
    if (!head) break;
    const start = end + 1;
    const stop = head.length === undefined ? body.indexOf(10, start) : start + head.length;
    const payload = body.subarray(start, stop === -1 ? undefined : stop);
    count += head.type === "replay_recording" ? recorded(payload) : 1;
    at = stop === -1 ? 0 : stop + 1;
  }
  return count;
}

function recorded(payload) {
  const data = payload.subarray(payload.indexOf(10) + 1);
  try {
    return (json(data) ?? JSON.parse(inflateSync(data))).length;
  } catch {
    return 1;
  }
}
