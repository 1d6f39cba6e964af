// A whole Tacit in which every view has something to show: for looking at, not for testing.

import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { copied, filled } from "./filled.mjs";
import { hurried, worked } from "./hand-made.mjs";
import { expect, House } from "./house.mjs";

const run = promisify(execFile);
const DAY_MS = 86_400_000;
/** Longer than adding up takes on a busy machine. */
const PATIENCE = { timeout: 180_000 };

/** Enough people for intervals of every model and prompt version, and for an experiment. */
const WORLD = ["--world", "experiment_better", "--signals", "20000", "--seed", "7"];

const CONFIG = `[retention]
signals = "400d"
texts = "200d"
max_bytes = "2GiB"
`;

export const HAND_MADE = {
  id: "hand-made",
  asked: "When do you open, and may I come by with a dog?",
  answer: "Our shop opens at ten on weekdays, and at eleven on Saturdays. Dogs are welcome on a lead, except in the café.\n\nYours, Ann",
  edited: "We open at nine on weekdays, and at eleven on Saturdays. Dogs are welcome on a lead, except in the café at the back.\n\nYours, Ann",
};

/** The house, as long as `act` looks at it; `build` and `keys` are names there are, `others` the keys of two more projects. */
export async function furnished(act) {
  const house = await House.open(4);
  try {
    return await act(await fill(house));
  } finally {
    await house.close();
  }
}

async function fill(house) {
  await house.collector.stop();
  const config = join(house.data, "tacit.toml");
  await writeFile(config, CONFIG);
  await run(process.env.TACIT_BIN, ["simulate", "--data", house.data, "--project", "dev", ...WORLD, "--json"], { maxBuffer: 1 << 26 });
  const others = { shop: await key(house, "shop", "secret"), fresh: await key(house, "fresh", "secret") };
  const publishable = { dev: await key(house, "dev", "publishable"), shop: await key(house, "shop", "publishable") };
  await house.startCollector("--config", config);
  await expect.poll(async () => (await (await house.get("/v1/rollups")).json()).complete, PATIENCE).toBe(true);

  const dev = { url: house.url, key: house.secret, publishable: publishable.dev };
  await hurried(dev);
  await worked(dev, HAND_MADE);
  await post(house, "/v1/outputs", { id: "without-text" });
  await filled({ url: house.url, key: others.shop, publishable: publishable.shop });
  await registered(dev, "u-1", "forgotten");
  const build = await built(house, "trl-kto");
  await built(house, "trl-dpo");
  await released(house, build);
  await forgotten(house);
  await refused(house, publishable.dev);
  const keys = await allStates(house);
  await expect.poll(async () => (await (await house.get("/v1/screen?limit=1&kept=true")).json()).people, PATIENCE).toBeGreaterThan(0);
  await expect.poll(async () => (await (await house.get("/v1/rollups")).json()).complete, PATIENCE).toBe(true);
  return { house, build, keys, others, publishable: publishable.dev };
}

async function key(house, project, kind) {
  const scopes = kind === "secret" ? ["ingest", "read", "admin"].flatMap((scope) => ["--scope", scope]) : ["--content", "edits"];
  const { stdout } = await run(process.env.TACIT_BIN, ["keys", "create", "--data", house.data, "--project", project, "--kind", kind, ...scopes, "--json"]);
  return JSON.parse(stdout).key;
}

async function post(house, path, body, method = "POST") {
  const headers = { authorization: `Bearer ${house.secret}`, "content-type": "application/json" };
  const response = await fetch(`${house.url}${path}`, { method, headers, body: body && JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.status === 204 ? null : response.json();
}

async function built(house, format) {
  const { id } = await post(house, "/v1/datasets/builds", { format });
  await expect.poll(async () => (await (await house.get(`/v1/datasets/builds/${id}`)).json()).state, PATIENCE).toBe("done");
  return id;
}

async function released(house, build) {
  const at = (days) => Date.now() - days * DAY_MS;
  await post(house, "/v1/releases", { name: "support@14", kind: "prompt", at: at(14), from: build, note: "shorter, as people cut the openings" });
  await post(house, "/v1/releases", { name: "m-large-2", kind: "fine-tune", at: at(5), from: build, experiment: "tone", arm: "warm", note: "tuned on what people kept" });
}

/** An answer that somebody used. */
async function registered({ url, key, publishable }, subject, output) {
  const house = { url, secret: key };
  const at = Date.now();
  await post(house, "/v1/outputs", { id: output, subject, model: "m-large", input: [{ role: "user", content: "Which plants like shade?" }], output: "Ferns, hostas, and most ivies like shade." });
  const events = [
    { seq: 0, kind: "shown", output, chars: 41, words: 7, code_share: 0, stream_ms: 300, conversation: "c-shade", turn: 1, variant: 0 },
    copied(1, output),
  ].map((event) => ({ at, ...event }));
  await fetch(`${url}/c`, { method: "POST", body: JSON.stringify({ v: 1, key: publishable, session: "c".repeat(32), subject, sent_at: at, events }) });
}

/** Somebody whose answer is in a build. */
async function forgotten(house) {
  const { job } = await post(house, "/v1/subjects/u-1", undefined, "DELETE");
  await expect.poll(async () => (await (await house.get(`/v1/erasures/${job}`)).json()).state, PATIENCE).toBe("done");
}

/** Requests and signals with something wrong in them, and a page that captures nothing. */
export async function refused(house, publishable) {
  const at = Date.now();
  const session = randomBytes(16).toString("hex");
  const send = (key, events, headers = {}) => fetch(`${house.url}/c`, {
    method: "POST", headers: { "content-type": "text/plain", ...headers },
    body: JSON.stringify({ v: 1, key, session, sent_at: at, events: events.map((event) => ({ at, ...event })) }),
  });
  const output = HAND_MADE.id;
  await send(publishable, [
    { seq: 0, kind: "shown", output, chars: 120, words: 24, code_share: 0, stream_ms: 900, conversation: "hand-1", turn: 1, variant: 0 },
    { seq: 1, kind: "dwell", output, active_ms: 4_200, read_share: 0.9 },
    copied(2, output),
  ]);
  await send(publishable, [copied(2, output), { ...copied(3, output), share: 7 }, { seq: 4, kind: "hummed", output }]);
  await send("pk_nobody", [copied(5, output)]);
  await send(house.publishable, [copied(6, output)], { origin: "https://evil.example" });
}

/** Keys as they come to be: bound, ending, ended, revoked. */
async function allStates(house) {
  const make = (body) => post(house, "/v1/keys", body);
  const bound = await make({ kind: "publishable", origins: ["https://chat.example", "https://staging.chat.example:8443"] });
  await make({ kind: "secret", scopes: ["read"] });
  for (const [grace, kind] of [[86_400, "publishable"], [0, "secret"]]) {
    const { id } = await make(kind === "secret" ? { kind, scopes: ["ingest"] } : { kind, origins: [] });
    await post(house, `/v1/keys/${id}/rotate`, { grace_seconds: grace });
  }
  const { id } = await make({ kind: "secret", scopes: ["admin"] });
  await post(house, `/v1/keys/${id}`, undefined, "DELETE");
  return { bound: bound.id };
}
