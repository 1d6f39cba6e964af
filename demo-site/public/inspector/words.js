// Numbers and names as people read them. Pure.

const MINUS = "\u2212";

/** +3, −2.5, 0 */
export function signed(value) {
  const text = String(Math.round(Math.abs(value) * 1000) / 1000);
  if (value === 0) return text;
  return (value < 0 ? MINUS : "+") + text;
}

export const percent = (share) => `${Math.round(share * 100)} %`;

export function bytes(count) {
  return count < 10_000 ? `${count.toLocaleString("en")} B` : `${(count / 1024).toFixed(1)} KiB`;
}

export const count = (n, one, many = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

export function clock(ms) {
  const date = new Date(ms);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((n) => String(n).padStart(2, "0"))
    .join(":");
}

/** copied_most → copied most */
export const ruleName = (rule) => rule.replaceAll("_", " ");

const ENVELOPE = new Set(["seq", "at", "kind", "output", "conversation", "session", "received_at", "id"]);
const QUIET = new Set(["turn", "variant", "sketch", "model", "prompt_version"]); // known, or long

/** The fields worth a line: `share 49 %`, `stream 2.1 s`, `via button`. */
export function fieldsOf(signal, nameOf) {
  return Object.entries(signal)
    .filter(([name, value]) => !ENVELOPE.has(name) && !QUIET.has(name) && isPlain(value))
    .map(([name, value]) => fieldText(name, OUTPUTS.has(name) ? nameOf(value) : value));
}

const isPlain = (value) => ["number", "string", "boolean"].includes(typeof value);
const OUTPUTS = new Set(["from", "to", "replaces"]); // fields that name another output
const SHARES = new Set(["share", "read_share", "code_share", "survival", "similarity"]);

function fieldText(name, value) {
  const label = name.replace(/_(ms|s)$/, "").replaceAll("_", " ");
  if (SHARES.has(name)) return `${label} ${percent(value)}`;
  if (name.endsWith("_ms")) return `${label} ${seconds(value)}`;
  if (name.endsWith("_s")) return `${label} ${value} s`;
  return `${label} ${value}`;
}

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** Until when a label may still change. */
export function maturity({ mature, matures_at }) {
  if (mature) return "mature";
  if (!matures_at) return "not mature yet";
  const date = new Date(matures_at);
  const day = date.toLocaleDateString("en", { day: "numeric", month: "short" });
  return `not mature, may change until ${day}`;
}
