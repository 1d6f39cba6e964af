// The options of start() and the visitor's browser → what the Wasm module runs
// with. What is wrong is thrown as a text, `<option>_<problem>`.

import { among, id, number, text } from "./checks.js";
import { redactBy } from "./redact.js";
import { allow } from "./storage.js";
import { putText, varint } from "./wire.js";

/** How outputs are found unless the page says otherwise. */
const ADAPTER = {
  output: "[data-ai-output]",
  id: "data-ai-output",
  conversation: "data-ai-conversation",
  turn: "data-ai-turn",
  variant: "data-ai-variant",
  // Of the field that prompts are typed into, where it does not tell by what it does.
  composer: undefined,
  // Whether outputs are also found by what they do.
  auto: true,
};

/** On the wire: the site's own pseudonym. */
const SUBJECT_APP = 2;

export function readOptions(options) {
  // An absent option is its default.
  const given = (name, fallback) => options[name] ?? fallback;
  const key = text("key", options.key);
  if (!key) throw "key_missing";
  const endpoint = text("endpoint", given("endpoint", "/c"), Infinity);
  const adapter = readAdapter(options.adapter);
  const subject = given("subject", "") && id("subject", options.subject);
  const surface = text("surface", given("surface", ""));
  const content = among("content", given("content", "off"), ["off", "edits", "full"]);
  const sketch = among("join", given("join", "off"), ["off", "sketch"]);
  const storage = among("storage", given("storage", "memory"), ["memory", "local"]);
  const sample = Math.round(1000 * number("sample", given("sample", 1), 0, 1));
  // Batching is worth more than shaving an event: a request has 570–830 bytes of headers.
  const flushAfterMs = number("flushAfterMs", given("flushAfterMs", 10_000), 250, 60_000);
  const queue = {
    bytesMax: number("queueBytes", given("queueBytes", 262_144), 0, 2_097_152),
    days: number("queueDays", given("queueDays", 7), 0, 13),
  };
  try {
    redactBy(options.redact);
  } catch {
    // A pattern that finds nothing would let everything leave.
    throw "redact: is no list of patterns";
  }

  const { language, maxTouchPoints, webdriver, globalPrivacyControl, doNotTrack } = navigator;
  // One document load: 128 random bits, kept in memory only; and luck, for the sample.
  const random = crypto.getRandomValues(new Uint32Array(5));
  const header = [];
  putText(header, key);
  header.push(...new Uint8Array(random.buffer, 0, 16));
  header.push(subject ? SUBJECT_APP : 0);
  if (subject) putText(header, subject);
  varint(header, sample);
  varint(header, webdriver ? 1 : 0);
  // Whatever a page says its language is, a batch is not refused for it.
  putText(header, (document.documentElement.lang || language || "").replace(/[^ -~]/g, "").slice(0, 64));
  putText(header, device(maxTouchPoints, Math.min(screen.width, screen.height)));
  putText(header, surface);

  const isPrivate = globalPrivacyControl || doNotTrack === "1";
  const isLocal = storage === 1 && !isPrivate;
  allow(isLocal);
  return {
    endpoint,
    adapter,
    queue: isLocal && queue,
    core: [Uint8Array.from(header), random[4], sample, isPrivate ? 0 : content, sketch === 1, flushAfterMs],
  };
}

function readAdapter(given) {
  if (given === null || typeof given !== "object") return ADAPTER;
  const adapter = { output: "" };
  for (const name of ["output", "id", "conversation", "turn", "variant", "composer"]) {
    if (given[name] != null) adapter[name] = text(name, given[name], Infinity);
  }
  // Selectors and shortcuts, by what they do.
  for (const name of ["controls", "keys"]) {
    if (given[name] != null) adapter[name] = Object.entries(given[name]).map(([meaning, value]) => [meaning, text(name, value, Infinity)]);
  }
  return adapter;
}

/**
 * `phone`, `tablet` or `desktop`: a coarse guess for breakdowns, from touch and
 * the shorter side of the screen (600 px parts Android's phones and tablets).
 */
function device(touchPoints, side) {
  if (!(touchPoints > 1 && side < 1100)) return "desktop";
  return side < 600 ? "phone" : "tablet";
}

/** What `output(element, binding)` says; the same facts as the attributes. */
export function checkBinding(binding) {
  id("id", binding?.id);
  const { conversation, turn, variant, token } = binding;
  if (conversation != null) id("conversation", conversation);
  for (const [name, value] of Object.entries({ turn, variant })) {
    if (value != null) number(name, value, 0, 0xffff_ffff, true);
  }
  if (token != null) text("token", token, 128);
}
