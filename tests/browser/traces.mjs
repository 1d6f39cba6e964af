// What gives a text away in a row of bytes: parts of it in any common encoding,
// and hashes of parts, by the hashes that Tacit's own code knows and the usual ones.

import { createHash } from "node:crypto";
import { gunzipSync, inflateRawSync, inflateSync } from "node:zlib";

/** This many characters in a row are the text's and nobody else's. */
const PART = 12;

/** So many 32-bit hashes of grams in one body are no chance: 20 kB of text against 16 kB of bytes meet in less than one. */
const BY_CHANCE_MAX = 4;

/** Everything to look for; `in(bytes, except)` answers with what was found first, or null. */
export function tracesOf(texts, markers) {
  const parts = new Set();
  for (const text of texts.map(plain)) {
    const length = Math.min(PART, text.length);
    for (let at = 0; at + length <= text.length; at += 1) parts.add(text.slice(at, at + length));
  }
  const lengths = new Set([...parts].map(({ length }) => length));
  const words = markers.map(plain);
  const hashes = hashesOf([...texts, ...markers]);

  return {
    in(bytes, except = []) {
      for (let view of viewsOf(bytes)) {
        for (const allowed of except) view = view.replaceAll(plain(allowed), " ");
        const word = words.find((word) => view.includes(word));
        if (word) return `the word "${word}"`;
        for (const length of lengths) {
          for (let at = 0; at + length <= view.length; at += 1) {
            const part = view.slice(at, at + length);
            if (parts.has(part)) return `"${part}"`;
          }
        }
      }
      return hashes.in(bytes);
    },
  };
}

/** The bytes read as text in every common way. */
export function viewsOf(bytes) {
  const views = [bytes];
  for (const unpack of [gunzipSync, inflateSync, inflateRawSync]) {
    try {
      views.push(unpack(bytes));
    } catch {
      // Not packed in this way.
    }
  }
  const texts = [];
  for (const view of views) {
    const utf8 = view.toString("utf8");
    texts.push(utf8, view.toString("utf16le"), view.subarray(1).toString("utf16le"), unescaped(utf8));
    const latin1 = view.toString("latin1");
    // Where what is written in them begins is not known.
    for (const [run] of latin1.matchAll(/[A-Za-z0-9+/_-]{16,}/g)) {
      for (const from of [0, 1, 2, 3]) texts.push(Buffer.from(run.slice(from), "base64").toString("utf8"));
    }
    for (const [run] of latin1.matchAll(/[0-9a-f]{16,}/gi)) {
      for (const from of [0, 1]) texts.push(Buffer.from(run.slice(from), "hex").toString("utf8"));
    }
  }
  return texts.map(plain);
}

const plain = (text) => text.toLowerCase().replace(/\s+/g, " ").trim();

function unescaped(text) {
  const json = text.replace(/\\u([0-9a-f]{4})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return json.replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8"));
}

function hashesOf(texts) {
  const grams = new Set();
  const wide = new Set();
  const whole = new Set();
  const digests = [];
  for (const text of texts) {
    // As text::sketch sees it.
    const letters = [...text.toLowerCase()].filter((c) => /[\p{L}\p{N}]/u.test(c));
    for (const gram of windows(letters, PART)) grams.add(mixed(fnv32(gram)));
    for (const form of [[...text], [...text.trim()], [...plain(text)], letters]) {
      // As text::grams and the fingerprints see it.
      for (const size of [4, 5, 8, PART, 16, 20]) for (const gram of windows(form, size)) wide.add(fnv64(gram));
    }
    for (const piece of piecesOf(text)) {
      const scalars = [...piece];
      for (const hash of [fnv32(scalars), mixed(fnv32(scalars)), crc32(Buffer.from(piece))]) whole.add(hash);
      wide.add(fnv64(scalars)).add(fnv64([...Buffer.from(piece)].map((byte) => String.fromCharCode(byte))));
      for (const name of ["md5", "sha1", "sha256", "sha512"]) digests.push(createHash(name).update(piece).digest());
    }
  }
  return {
    in(bytes) {
      const met = new Set();
      for (const { narrow, long } of numbersIn(bytes)) {
        if (wide.has(long)) return `a 64-bit hash of a part: ${long}`;
        if (whole.has(narrow)) return `a 32-bit hash of a text: ${narrow}`;
        if (grams.has(narrow)) met.add(narrow);
      }
      if (met.size >= BY_CHANCE_MAX) return `${met.size} hashes of grams, as in a sketch`;
      const text = bytes.toString("latin1");
      for (const digest of digests) {
        const start = digest.subarray(0, 8);
        const forms = [start.toString("hex"), digest.toString("base64").slice(0, 10), digest.toString("base64url").slice(0, 10)];
        if (bytes.includes(start) || forms.some((form) => text.includes(form))) return "a digest of a text";
      }
      return null;
    },
  };
}

/** The whole and its lines; a single short word has too few forms for its hash to prove anything. */
function piecesOf(text) {
  const lines = text.split("\n");
  const pieces = [text, ...lines].flatMap((piece) => [piece, piece.trim(), piece.trim().toLowerCase()]);
  return new Set(pieces.filter(({ length }) => length >= 8));
}

function* windows(scalars, size) {
  for (let at = 0; at + size <= scalars.length; at += 1) yield scalars.slice(at, at + size);
}

/** Every number that could begin at each place, in both orders of bytes and as a varint. */
function* numbersIn(bytes) {
  for (let at = 0; at + 4 <= bytes.length; at += 1) {
    const far = at + 8 <= bytes.length;
    yield { narrow: bytes.readUInt32LE(at), long: far ? bytes.readBigUInt64LE(at) : -1n };
    yield { narrow: bytes.readUInt32BE(at), long: far ? bytes.readBigUInt64BE(at) : -1n };
    const number = varint(bytes, at);
    yield { narrow: Number(number & 0xffffffffn), long: number };
  }
}

function varint(bytes, at) {
  let number = 0n;
  for (let n = 0; n < 10 && at + n < bytes.length; n += 1) {
    number |= BigInt(bytes[at + n] & 0x7f) << BigInt(7 * n);
    if (bytes[at + n] < 0x80) break;
  }
  return number;
}

const codeOf = (c) => c.codePointAt(0);

function fnv32(scalars) {
  let hash = 0x811c9dc5;
  for (const c of scalars) hash = Math.imul(hash ^ codeOf(c), 0x01000193);
  return hash >>> 0;
}

/** murmur3's final mix. */
function mixed(hash) {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function fnv64(scalars) {
  let hash = 0xcbf29ce484222325n;
  for (const c of scalars) hash = ((hash ^ BigInt(codeOf(c))) * 0x100000001b3n) & 0xffffffffffffffffn;
  return hash;
}

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
