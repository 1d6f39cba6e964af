// Gets batches out of the page. Copies of those that nobody has answered for
// are kept here, beside the module: should it fail, they are still sent.

/** Where a batch holds the time it is sent, see signals/WIRE.md. */
const SENT_AT = 5;

/** A request that hangs this long is given up and tried again. */
const TIMEOUT_MS = 30_000;

/** Tickets with the address and the bytes. */
const kept = new Map();

/** Keeps a copy; another of the same ticket takes its place. */
export function keep(ticket, endpoint, bytes) {
  kept.set(ticket, [endpoint, bytes.slice()]);
}

/** What has a ticket before this one is dealt with. */
export function release(ticket) {
  for (const known of kept.keys()) if (known < ticket) kept.delete(known);
}

/** Sends all that is kept; the collector drops what it knows. */
export function sendKept() {
  for (const [endpoint, bytes] of kept.values()) {
    new DataView(bytes.buffer).setBigUint64(SENT_AT, BigInt(Date.now()), true);
    beacon(endpoint, bytes);
  }
  kept.clear();
}

/**
 * Hands a batch over for the time when the page may be gone. Where the page has
 * used up its quota, a plain request has none, if it gets away in time. Tells
 * whether it was a beacon.
 */
export function beacon(endpoint, bytes) {
  try {
    // Chromium keeps the view, which would change with Wasm's memory.
    if (navigator.sendBeacon(endpoint, bytes.slice())) return true;
  } catch {
    // As if refused.
  }
  post(endpoint, bytes, () => {});
  return false;
}

/**
 * Posts a batch, and tells `onAnswer` the status and the seconds of a
 * `Retry-After`; nothing if there was no answer. An untyped body asks for no
 * preflight; no cookie goes with it.
 */
export async function post(endpoint, bytes, onAnswer) {
  const answer = [];
  try {
    const signal = AbortSignal.timeout?.(TIMEOUT_MS);
    const init = { method: "POST", body: bytes.slice(), credentials: "omit", signal };
    const { status, headers } = await fetch(endpoint, init);
    answer.push(status, Number(headers.get("retry-after")));
  } catch {
    // No answer.
  }
  onAnswer(answer);
}
