// A signal in words. Pure.

import { duration } from "../../lib/time.js";

/** What every signal has; the rest is what its kind says. */
const COMMON = new Set(["id", "kind", "at", "received_at", "corrected_at", "offset_ms", "signed", "screened", "sketch", "conversation", "turn", "variant", "text"]);

/** While the collector looks whom to leave out, for the first time since it started. */
export const UNSCREENED = "The screen has not looked yet: signals that no person sent are among these still. Datasets and readouts wait for it.";

const value = (name, told) => {
  if (name.endsWith("_ms")) return `${name.slice(0, -3).replaceAll("_", " ")} ${duration(told)}`;
  if (name.endsWith("share") || name === "survival" || name === "similarity") return `${name.replaceAll("_", " ")} ${Math.round(1000 * told) / 10} %`;
  if (name === "age_s") return `after ${duration(1000 * told)}`;
  return `${name.replaceAll("_", " ")} ${told}`;
};

/** The fields of its kind. */
export function fieldsOf(signal) {
  const own = Object.entries(signal).filter(([name, told]) => !COMMON.has(name) && told !== null && typeof told !== "object");
  return own.map(([name, told]) => value(name, told)).join(", ");
}

/** When, after the output was shown. */
export function offset({ offset_ms: ms }) {
  if (ms === undefined) return "";
  return ms < 0 ? `−${duration(-ms)}` : `+${duration(ms)}`;
}
