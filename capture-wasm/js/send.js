// Gets batches out of the page. Copies of those that nobody has answered for
// are kept here, beside the module: should it fail, they are still sent. The late
// part leaves copies of them where they outlive the page.

/** Where a batch holds the time it is sent, see signals/WIRE.md. */
const SENT_AT = 5;

/** A request that hangs this long is given up and tried again. */
const TIMEOUT_MS = 30_000;

/** By ticket: `{ endpoint, events, bytes, left }`; `left` when a beacon has it. */
export const copies = new Map();

const listeners = new Set();

/** Calls `fn(isUrgent, isLeaving)` when copies have changed; when the page is being left, what it does counts at once. */
export function onKept(fn) {
  listeners.add(fn);
  return () => listeners.delete(fn);
}

/** Keeps a copy; another of the same ticket takes its place, one without bytes takes it away. */
export function keep(ticket, endpoint, events, bytes) {
  if (bytes.length > 0) copies.set(ticket, { endpoint, events, bytes: bytes.slice() });
  else copies.delete(ticket);
}

export function kept(isUrgent, isLeaving) {
  for (const listener of listeners) {
    try {
      listener(isUrgent, isLeaving);
    } catch {
      // Sending goes on without it.
    }
  }
}

/** Sends all that is kept; the collector drops what it knows. */
export function sendKept() {
  for (const [ticket, { endpoint, bytes }] of copies) {
    stamp(bytes);
    if (!beacon(ticket, endpoint, bytes)) post(endpoint, bytes, () => {});
  }
  kept(false, true);
}

/** Writes the time it is sent into a batch. */
export function stamp(bytes) {
  new DataView(bytes.buffer).setBigUint64(SENT_AT, BigInt(Date.now()), true);
}

/** Hands a batch over for the time when the page may be gone, if the browser takes it: the page may have used up its quota. */
export function beacon(ticket, endpoint, bytes) {
  try {
    // Chromium keeps the view, which would change with Wasm's memory.
    if (!navigator.sendBeacon(endpoint, bytes.slice())) return false;
  } catch {
    return false;
  }
  const copy = copies.get(ticket);
  if (copy) copy.left = true;
  return true;
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
    // Whoever has a page for every address, as portals do, is no collector.
    if (status !== 200 || /json/.test(headers.get("content-type"))) answer.push(status, Number(headers.get("retry-after")));
  } catch {
    // No answer.
  }
  onAnswer(answer);
}
