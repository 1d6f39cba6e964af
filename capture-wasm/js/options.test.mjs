import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { checkBinding, readOptions } from "./options.js";
import { own } from "./storage.js";

let visitor;
beforeEach(() => {
  visitor = { language: "en-GB", maxTouchPoints: 0, webdriver: false };
  globalThis.document = { documentElement: { lang: "" } };
  globalThis.screen = { width: 1920, height: 1080 };
  Object.defineProperty(globalThis, "navigator", { get: () => visitor, configurable: true });
});

const core = (options) => {
  const [header, luck, sample, content, sketch, flushAfterMs] = readOptions({ key: "pk_x", ...options }).core;
  return { header: Buffer.from(header), luck, sample, content, sketch, flushAfterMs };
};

const wrong = (options) => {
  let problem;
  assert.throws(() => readOptions({ key: "pk_x", ...options }), (thrown) => ((problem = thrown), true));
  return problem;
};

test("defaults keep text and sketch at home", () => {
  const { endpoint, adapter } = readOptions({ key: "pk_x", subject: "" });
  assert.equal(endpoint, "/c");
  assert.equal(adapter.output, "[data-ai-output]");
  const { luck, header, ...rest } = core({ adapter: "auto", content: undefined, join: null });
  assert.deepEqual(rest, { sample: 1000, content: 0, sketch: false, flushAfterMs: 10_000 });
  assert.ok(luck >= 0 && luck <= 0xffff_ffff);
});

test("every option is taken", () => {
  const { endpoint, adapter } = readOptions({ key: "pk_x", endpoint: "https://x.example/c", adapter: { output: ".a", id: "data-id" } });
  assert.equal(endpoint, "https://x.example/c");
  assert.deepEqual(adapter, { output: ".a", id: "data-id" });
  const acts = { output: ".a", controls: { accept: ".use" }, keys: { accept: "Tab" } };
  const read = readOptions({ key: "pk_x", adapter: acts }).adapter;
  assert.deepEqual(read, { output: ".a", controls: [["accept", ".use"]], keys: [["accept", "Tab"]] });
  const { sample, content, sketch, flushAfterMs } = core({ content: "full", join: "sketch", sample: 0.0625, flushAfterMs: 250 });
  assert.deepEqual([sample, content, sketch, flushAfterMs], [63, 2, true, 250]);
});

test("storage is taken where it is asked for, and not against the visitor's wish", () => {
  Object.defineProperty(globalThis, "localStorage", { configurable: true, value: { getItem: () => "kept" } });
  const allowed = (storage) => {
    core({ storage });
    return own("visitor") === "kept";
  };
  assert.deepEqual([allowed(undefined), allowed("memory"), allowed("local")], [false, false, true]);
  visitor.globalPrivacyControl = true;
  assert.equal(allowed("local"), false);
  delete globalThis.localStorage;
});

test("the header is the wire's, with the session random", () => {
  const { header } = core({ subject: "u-1", surface: "support", sample: 0.25 });
  const text = (text) => [text.length, ...Buffer.from(text)];
  assert.deepEqual([...header.subarray(0, 5)], text("pk_x"));
  const rest = [2, ...text("u-1"), 0xfa, 0x01, 0, ...text("en-GB"), ...text("desktop"), ...text("support")];
  assert.deepEqual([...header.subarray(21)], rest);
  const session = () => core().header.subarray(5, 21).toString("hex");
  assert.notEqual(session(), session());
});

test("a browser that asks for privacy sends no text, and a driven one says so", () => {
  visitor.webdriver = true;
  visitor.globalPrivacyControl = true;
  const { header, content } = core({ content: "full" });
  assert.equal(content, 0);
  assert.equal(header[24], 1);
  visitor = { doNotTrack: "1" };
  assert.equal(core({ content: "edits" }).content, 0);
});

test("language and device are short, whatever the page says", () => {
  document.documentElement.lang = `de ${"ü".repeat(40)}${"x".repeat(80)}`;
  visitor.maxTouchPoints = 5;
  screen.width = 390;
  const { header } = core();
  const lang = `de ${"x".repeat(61)}`;
  assert.deepEqual(header.subarray(25).toString("latin1"), `\x40${lang}\x05phone\x00`);
  screen.width = 800;
  assert.match(core().header.toString("latin1"), /tablet/);
});

test("a wrong option is named", () => {
  assert.equal(wrong({ key: "" }), "key_missing");
  assert.equal(wrong({ key: "x".repeat(65) }), "key_too_long");
  assert.equal(wrong({ endpoint: 1 }), "endpoint_malformed");
  assert.equal(wrong({ content: "all" }), "content_unknown");
  assert.equal(wrong({ join: "yes" }), "join_unknown");
  assert.equal(wrong({ sample: 2 }), "sample_out_of_range");
  assert.equal(wrong({ sample: "1" }), "sample_malformed");
  assert.equal(wrong({ storage: "session" }), "storage_unknown");
  for (const flushAfterMs of [NaN, 0, 60_001]) assert.equal(wrong({ flushAfterMs }), "flushAfterMs_out_of_range");
  assert.equal(wrong({ redact: ["("] }), "redact: is no list of patterns");
  assert.equal(wrong({ subject: "ü" }), "subject_malformed");
  assert.equal(wrong({ surface: "x".repeat(65) }), "surface_too_long");
  assert.equal(wrong({ adapter: { output: 1 } }), "output_malformed");
  assert.equal(wrong({ adapter: { output: ".a", keys: { accept: 9 } } }), "keys_malformed");
});

test("a binding is checked like the attributes", () => {
  checkBinding({ id: "o-1", conversation: "c", turn: 0, variant: 1, token: "t", more: 1 });
  const problem = (binding) => {
    try {
      checkBinding(binding);
    } catch (thrown) {
      return thrown;
    }
  };
  assert.equal(problem(undefined), "id_missing");
  assert.equal(problem({ id: "" }), "id_missing");
  assert.equal(problem({ id: "a\nb" }), "id_malformed");
  assert.equal(problem({ id: "o", conversation: "" }), "conversation_missing");
  assert.equal(problem({ id: "o", turn: 1.5 }), "turn_malformed");
  assert.equal(problem({ id: "o", variant: -1 }), "variant_out_of_range");
  assert.equal(problem({ id: "o", token: "x".repeat(129) }), "token_too_long");
});
