// How the API's metrics are called and written. What each is: /docs/metrics.html.

import { words } from "./format.js";

const UNITS = { score: "", dwell_seconds: " s", length_chars: " characters" };

const isShare = (name) => !(name in UNITS) && !name.startsWith("external:");

/** `capture_rate` → Capture rate. */
export function metricName(name) {
  const text = words(name);
  return text[0].toUpperCase() + text.slice(1);
}

/** A value with its unit; shares as percent. */
export function metricValue(name, value, digits = 1) {
  if (value === null || value === undefined) return "–";
  if (isShare(name)) return `${(100 * value).toFixed(digits)} %`;
  return `${value.toFixed(name === "length_chars" ? 0 : digits)}${UNITS[name] ?? ""}`;
}

/** How large a difference is; of shares in points. */
export const metricSize = (name, size) => (isShare(name) ? `${(100 * size).toFixed(1)} points` : metricValue(name, size));

/** A difference, signed. */
export function metricDelta(name, delta) {
  if (delta === null || delta === undefined) return "–";
  return `${delta < 0 ? "−" : "+"}${metricSize(name, Math.abs(delta))}`;
}
