// Copies of what nobody has answered for, where they outlive the page: with
// `fetchLater` the browser itself sends them when the page is gone, even if it
// crashed. They are taken back when the collector has answered, or a beacon has
// the batch; what arrives twice, the collector drops.

import { attached } from "./attach.js";
import { copies, onKept, post, stamp } from "./send.js";
import { get, names, remove, set } from "./storage.js";

/** Less than this is not worth the cost of arming anew, unless somebody acted. */
const PACE_MS = 1_000;

/** Of the 64 KiB that a browser keeps for a page and an address. The last batches count most. */
const BYTES_MAX = 32_768;

/** Calls `renew` some time after copies have changed: soon after an act, else once a second; at once when the page is left. */
export function paced(renew) {
  let timer;
  let isUrgentDue = false;
  const run = () => {
    stop();
    try {
      renew();
    } catch {
      // Not the page's: memory has what there is.
    }
  };
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
    isUrgentDue = false;
  };
  const forget = onKept((isUrgent, isLeaving) => {
    if (isLeaving) return run();
    if (timer !== undefined && (isUrgentDue || !isUrgent)) return;
    stop();
    isUrgentDue = isUrgent;
    // Not in the page's own handler.
    timer = setTimeout(run, isUrgent ? 0 : PACE_MS);
  });
  attached(() => {
    forget();
    stop();
  });
}

/**
 * Lets what waits outlive the page: in the browser, where it can, and on the
 * device, where `queue` says how much and how long.
 */
export async function outlive({ queue, ...options }) {
  try {
    arm();
    if (!queue) return;
    const { keepOnDevice } = await import("./queue.js");
    // After the core has asked the device for the visitor.
    await new Promise((resolve) => setTimeout(resolve));
    const storage = { get, names, remove, set };
    await keepOnDevice({ copies, paced, post, stamp, attached, storage }, { ...queue, ...options });
  } catch {
    // Memory has what there is.
  }
}

function arm() {
  if (typeof fetchLater !== "function") return;
  /** By ticket: the bytes that are armed, and what takes them back. */
  const armed = new Map();

  const disarm = (ticket) => {
    armed.get(ticket).controller.abort();
    armed.delete(ticket);
  };

  paced(() => {
    const wanted = new Map();
    let room = BYTES_MAX;
    for (const [ticket, copy] of [...copies].reverse()) {
      room -= copy.bytes.length;
      if (room >= 0 && !copy.left) wanted.set(ticket, copy);
    }
    for (const [ticket, { bytes }] of armed) if (wanted.get(ticket)?.bytes !== bytes) disarm(ticket);
    for (const [ticket, { endpoint, bytes }] of wanted) {
      if (armed.has(ticket)) continue;
      try {
        const controller = new AbortController();
        fetchLater(endpoint, { method: "POST", body: bytes.slice(), credentials: "omit", signal: controller.signal });
        armed.set(ticket, { bytes, controller });
      } catch {
        // The page's own have used up what there is, or its policy forbids it.
        return;
      }
    }
  });
}
