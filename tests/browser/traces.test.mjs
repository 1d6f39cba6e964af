// Whether the proof of "nothing gives the text away" would find it if something did.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { tracesOf } from "./traces.mjs";

const answer = "The canary sings in the mine, and the miners listen to it all day long.\nThen it falls silent.";
const traces = tracesOf([answer], ["zebra"]);
const around = (bytes) => Buffer.concat([randomBytes(50), Buffer.from(bytes), randomBytes(50)]);

test("random bytes give nothing away", () => {
  for (let round = 0; round < 20; round += 1) assert.equal(traces.in(randomBytes(16_384)), null);
});

test("a part of the text is found in every common encoding", () => {
  const part = answer.slice(20, 60);
  const forms = {
    plain: part,
    shouted: part.toUpperCase(),
    utf16: Buffer.from(part, "utf16le"),
    base64: Buffer.from(part).toString("base64"),
    hex: Buffer.from(part).toString("hex"),
    uri: encodeURIComponent(part).replaceAll("e", "%65"),
    json: [...part].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join(""),
  };
  for (const [name, form] of Object.entries(forms)) {
    assert.notEqual(traces.in(around(form)), null, name);
    // Beside what could be part of it.
    assert.notEqual(traces.in(Buffer.from(`Qz7_${Buffer.from(form).toString("latin1")}x-9`, "latin1")), null, name);
  }
  assert.notEqual(traces.in(gzipSync(part)), null, "gzip");
  assert.notEqual(traces.in(around("zebra")), null, "marker");
});

test("what is excepted is not found, the rest is", () => {
  assert.equal(traces.in(Buffer.from('"o-zebra"'), ["o-zebra"]), null);
  assert.notEqual(traces.in(Buffer.from('"o-zebra zebra"'), ["o-zebra"]), null);
});

test("hashes are found: a sketch, a gram's, a digest's", () => {
  // The sketch of the codec's own test vectors: FNV-1a and murmur3's mix over twelve letters.
  const grams = ["thecanarysin", "hecanarysing", "ecanarysings", "canarysingsi"];
  const sketch = Buffer.alloc(16);
  grams.forEach((gram, place) => sketch.writeUInt32LE(sketchHash(gram), 4 * place));
  assert.match(traces.in(around(sketch)), /sketch/);
  assert.match(traces.in(around(createHash("sha256").update(answer).digest())), /digest/);
  assert.match(traces.in(around(createHash("md5").update("Then it falls silent.").digest("hex"))), /digest/);
  const gram = Buffer.alloc(8);
  gram.writeBigUInt64LE([..."cana"].reduce((hash, c) => BigInt.asUintN(64, (hash ^ BigInt(c.charCodeAt(0))) * 0x100000001b3n), 0xcbf29ce484222325n));
  assert.match(traces.in(around(gram)), /64-bit/);
});

function sketchHash(gram) {
  let hash = [...gram].reduce((hash, c) => Math.imul(hash ^ c.charCodeAt(0), 0x01000193), 0x811c9dc5 | 0);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
