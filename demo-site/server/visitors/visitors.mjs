// POST /api/visitors: people come on demand, so that there is something to see on the dashboard.
// They take the way of everybody: the server registers outputs, "browsers" send batches. Progress
// is told as lines of JSON.

import { randomInt, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { readJson, refuse } from "../http.mjs";
import { Dice } from "./dice.mjs";
import { visitOf } from "./visit.mjs";

const BODY_BYTES_MAX = 1024;
export const VISITS_MAX = 1_000;
const AT_ONCE = 4;
const TOLD_EVERY = 10;
const TRIES = 4;
const REQUEST_TIMEOUT_MS = 10_000;

let isBusy = false;

export async function visitors(req, res, config) {
  const { visits, seed = randomInt(2 ** 32) } = await readJson(req, BODY_BYTES_MAX);
  if (!Number.isInteger(visits) || visits < 1 || visits > VISITS_MAX) refuse(400, `visits is not a number from 1 to ${VISITS_MAX}`);
  if (!Number.isInteger(seed) || seed < 0) refuse(400, "seed is not a whole number");
  if (!config.secretKey || !config.publishableKey) refuse(503, "this server has no keys");
  if (isBusy) refuse(409, "others are on their way already");
  isBusy = true;
  try {
    await run(res, config, { visits, seed, origin: `http://${req.headers.host}` });
  } finally {
    isBusy = false;
    res.end();
  }
}

async function run(res, config, { visits, seed, origin }) {
  res.writeHead(200, { "content-type": "application/x-ndjson", "cache-control": "no-store" });
  const say = (line) => res.write(`${JSON.stringify(line)}\n`);
  const dice = new Dice(seed);
  const sum = { done: 0, visits, outputs: 0, signals: 0 };
  const worker = async () => {
    while (sum.done < visits && res.writable) {
      const visit = visitOf(dice, Date.now(), randomUUID);
      sum.done += 1;
      await send(config, origin, visit);
      sum.outputs += visit.outputs.length;
      sum.signals += visit.batch.events.length;
      if (sum.done % TOLD_EVERY === 0) say({ type: "progress", ...sum });
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    say({ type: "end", ...sum, seed });
  } catch (error) {
    say({ type: "failed", ...sum, message: error.message });
  }
}

async function send({ tacitUrl, secretKey, publishableKey }, origin, { outputs, batch, texts }) {
  await post(`${tacitUrl}/v1/outputs`, outputs, { authorization: `Bearer ${secretKey}` });
  const { events, ...page } = { key: publishableKey, ...batch };
  await post(`${tacitUrl}/c`, { ...page, sent_at: Date.now(), events }, { origin });
  if (texts.length > 0) await post(`${tacitUrl}/c`, { ...page, sent_at: Date.now(), events: texts }, { origin });
}

/** Tries again when it is told to. */
async function post(url, body, headers) {
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const answer = await response.text();
    if (response.ok) return;
    const isBusy = response.status === 429 || response.status === 503;
    if (!isBusy || attempt === TRIES) throw new Error(`the collector refused: ${response.status} ${answer}`);
    await sleep(Number(response.headers.get("retry-after") ?? 1) * 1_000);
  }
}
