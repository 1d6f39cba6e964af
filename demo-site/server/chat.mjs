// POST /api/chat: one answer as lines of JSON, `start`, then `token` and `text` as they come, `end`.

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { readJson, refuse } from "./http.mjs";
import { MODEL, PROMPT_VERSION, answerTo, wordsOf } from "./model.mjs";
import { recordOf } from "./registrar.mjs";

const BODY_BYTES_MAX = 256 * 1024;
const MESSAGES_MAX = 200;
const WORDS_OF_THINKING = 10; // time to the first word, in words: about what a real model takes

export async function chat(req, res, { registrar, wordMs, streams }) {
  const request = parseRequest(await readJson(req, BODY_BYTES_MAX));
  const id = `o-${randomUUID()}`;
  const record = recordOf({
    id,
    createdAt: Date.now(),
    request,
    model: MODEL,
    promptVersion: PROMPT_VERSION,
  });

  const stopped = new AbortController();
  res.once("close", () => stopped.abort());
  streams.add(stopped);
  const registration = registrar.begin(record);
  const send = (event) => res.write(`${JSON.stringify(event)}\n`);

  res.writeHead(200, { "content-type": "application/x-ndjson", "cache-control": "no-store" });
  send({ type: "start", id, turn: request.turn, variant: request.variant, model: MODEL });
  registration.token.then((token) => token && res.writable && send({ type: "token", token }));

  let sent = "";
  try {
    await sleep(WORDS_OF_THINKING * wordMs, undefined, { signal: stopped.signal });
    for (const word of wordsOf(answerTo(request.messages, request.variant))) {
      sent += word;
      if (!send({ type: "text", text: word })) await once(res, "drain", { signal: stopped.signal });
      await sleep(wordMs, undefined, { signal: stopped.signal });
    }
    send({ type: "end" });
  } catch (error) {
    if (!stopped.signal.aborted) throw error; // a stop is an ordinary end
  } finally {
    registration.finish(sent);
    streams.delete(stopped);
    res.end();
  }
}

const isId = (value) => typeof value === "string" && /^[\x21-\x7e]{1,128}$/.test(value);
const isCount = (value) => Number.isInteger(value) && value >= 0 && value < 10_000;
const isMessage = (message) =>
  ["user", "assistant"].includes(message?.role) && typeof message.content === "string";

/** What the page may ask for; everything after this line is of the right type. */
export function parseRequest(body) {
  const { conversation, turn, variant, subject, messages } = body ?? {};
  if (!isId(conversation)) refuse(400, "conversation is not an id");
  if (!isCount(turn)) refuse(400, "turn is not a number");
  if (!isCount(variant)) refuse(400, "variant is not a number");
  if (subject !== undefined && !isId(subject)) refuse(400, "subject is not an id");
  if (!Array.isArray(messages) || messages.length === 0 || messages.length > MESSAGES_MAX) {
    refuse(400, `messages is not a list of 1 to ${MESSAGES_MAX}`);
  }
  if (!messages.every(isMessage)) refuse(400, "a message has no role or no content");
  if (messages.at(-1).role !== "user") refuse(400, "the last message is not the user's");
  return { conversation, turn, variant, subject, messages };
}
