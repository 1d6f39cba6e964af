// What a page gives, checked. What is wrong is thrown as a text,
// `<field>_<problem>`, with the collector's words.

import { utf8 } from "./wire.js";

/** Throws; without a `problem`, of which type or form the value is not. */
export function wrong(name, value, problem = value == null ? "missing" : "malformed") {
  throw `${name}_${problem}`;
}

/** A number from `min` to `max`. */
export function number(name, value, min, max, isWhole) {
  if (typeof value !== "number" || (isWhole && value % 1 !== 0)) wrong(name, value);
  if (!(value >= min && value <= max)) wrong(name, value, "out_of_range");
  return value;
}

/** A text of at most `max` bytes: a label, unless said. */
export function text(name, value, max = 64) {
  if (typeof value !== "string") wrong(name, value);
  if (utf8(value).length > max) wrong(name, value, "too_long");
  return value;
}

/** 1–128 printable ASCII characters. */
export function id(name, value) {
  if (text(name, value, 128) === "") wrong(name);
  if (/[^ -~]/.test(value)) wrong(name, value);
  return value;
}

/** The place of a text among what it may be. */
export function among(name, value, names) {
  const place = names.indexOf(value);
  if (place < 0) wrong(name, value, "unknown");
  return place;
}
