// The fields of each kind of signal: how a page's own signal is checked and put
// on the wire, and how one is told to `onSignal`. The contract is the wire's,
// which the collector reads with `signals/src/codec`; a test holds the two together.

import { among, id, number, text, wrong } from "./checks.js";
import { putText, signed, takeSigned, takeText, taker, varint } from "./wire.js";

/**
 * The kinds by their numbers, from 1, each with its fields in the order of the
 * wire. `name:type`; with `?` it may be missing, then a map before the first of
 * these says which are there; with `=` it is "api" unless said.
 */
const KINDS = (
  "shown chars:n words:n code_share:s stream_ms:t conversation?i turn?c variant?c replaces?o model?l prompt_version?l sketch?h" +
  "|dwell active_ms:t read_share:s|selected chars:n share:s|copied chars:n share:s via=v|pasted chars:n share:s" +
  "|accepted via=l|dismissed via=l|edited chars_before:n chars_after:n inserted:n deleted:n survival:s final:f" +
  "|regenerated after_ms:t ordinal:c|switched from:o to:o|stopped after_ms:t chars:n|rated value:r scale?l reason?l" +
  "|followed_up gap_ms:t similarity:s intent:e|survived age_s:t share:s|shared via=l|downloaded via=l" +
  "|converted name:l value?a|content role:p text:x"
)
  .split("|")
  .map((kind) => kind.split(" "));

/** Each type checks a page's value, puts it on the wire and takes it from there. */
const TYPES = {
  n: whole(1e8),
  t: whole(2_592_000_000),
  c: whole(0xffff_ffff),
  s: thousandths(0, 1, (out, value) => varint(out, value), (take) => take()),
  r: thousandths(-1, 1, signed, takeSigned),
  a: thousandths(-1e12, 1e12, signed, takeSigned),
  l: { check: text, put: putText, take: takeText },
  i: { check: id, put: putText, take: takeText },
  // A place in the batch's table of outputs, or 0 and the id itself.
  o: { check: id, put: (out, value) => putText(out, value, out.push(0)), take: (take) => takeText(take, take()) },
  // Nobody's text but the collector's: it is not told.
  x: { check: (name, value) => text(name, value, 32_768), put: putText },
  f: {
    check(name, value) {
      if (typeof value !== "boolean") wrong(name, value);
      return value;
    },
    put: (out, value) => out.push(value ? 1 : 0),
    take: (take) => take() === 1,
  },
  h: {
    check(name, value) {
      if (!Array.isArray(value)) wrong(name, value);
      if (value.length > 8) wrong(name, value, "too_long");
      return value.map((hash) => number(name, hash, 0, 0xffff_ffff, true));
    },
    put: (out, hashes) => {
      varint(out, hashes.length);
      out.push(...new Uint8Array(Uint32Array.from(hashes).buffer));
    },
    take: (take) => [...new Uint32Array(take(take() * 4).slice().buffer)],
  },
  v: oneOf("selection", "button", "code", "api"),
  e: oneOf("rephrase", "correction", "thanks", "other"),
  p: oneOf("edit", "prompt", "answer"),
};

function whole(max) {
  return { check: (name, value) => number(name, value, 0, max, true), put: varint, take: (take) => take() };
}

function thousandths(min, max, put, take) {
  return {
    check(name, value) {
      number(name, value, min, max);
      // Halves away from zero, as the collector rounds.
      return Math.sign(value) * Math.round(Math.abs(value) * 1000);
    },
    put,
    take: (from) => take(from) / 1000,
  };
}

function oneOf(...names) {
  return {
    check: (name, value) => among(name, text(name, value), names),
    put: (out, place) => out.push(place),
    take: (take) => names[take()],
  };
}

/** The number of a kind and the fields that a page gave it, as on the wire. */
export function encode(kind, fields) {
  const place = KINDS.findIndex(([name]) => name === kind);
  if (place < 0) wrong("kind", kind, "unknown");
  const out = [];
  const maybe = [];
  let bit = 1;
  let present = 0;
  for (const field of KINDS[place].slice(1)) {
    const [name, how, { check, put }] = parts(field);
    const value = fields?.[name] ?? (how === "=" ? "api" : undefined);
    if (how !== "?") put(out, check(name, value));
    else {
      if (value !== undefined) {
        present |= bit;
        put(maybe, check(name, value));
      }
      bit <<= 1;
    }
  }
  if (bit > 1) varint(out, present);
  return [place + 1, Uint8Array.from(out.concat(maybe))];
}

/** The other way round: name of the kind, and its fields. */
export function decode(kind, bytes) {
  const take = taker(bytes);
  const [name, ...fields] = KINDS[kind - 1];
  const told = { kind: name };
  let bit = 0;
  let present;
  for (const field of fields) {
    const [name, how, type] = parts(field);
    if (how === "?") {
      if (!bit) {
        bit = 1;
        present = take();
      }
      const isThere = present & bit;
      bit <<= 1;
      if (!isThere) continue;
    }
    if (type.take) told[name] = type.take(take);
  }
  return told;
}

const parts = (field) => [field.slice(0, -2), field.slice(-2, -1), TYPES[field.slice(-1)]];
