// Copies of what nobody has answered for, on the device: for pages that asked for
// `storage: "local"`. A page writes under its session's name and holds a lock of
// that name; what has a name whose lock nobody holds is an orphan, and the next
// page of the site sends it. Two that do that at once do no harm, as the collector
// drops what it knows. Where there are no locks, a mark in the storage that was
// not renewed for a while stands for one that is free.

/** Names of batches, `q:<session>:<ticket>`, and of marks. */
const BATCH = "q:";
const MARK = "m:";

/** A mark older than this is nobody's. */
const MARK_MS = 60_000;

/** Two pages that mark at once: the last one has it, after this long. */
const SETTLE_MS = 50;

/**
 * Begins to keep copies, at most so many bytes and days. `tools` are the core's:
 * `copies`, `paced`, `post`, `stamp`, `attached`, and `storage`. `lost(events)` and
 * `refused(status)` are told what became of what could not be kept or sent.
 */
export function keepOnDevice(tools, { endpoint, bytesMax, days, lost, refused }) {
  const { copies, paced, post, stamp, attached, storage, now = Date.now, locks = globalThis.navigator?.locks } = tools;
  const ageMax = days * 86_400_000;
  /** What this page has written, by name. */
  const written = new Map();
  /** The visitor's random id, which stands in the storage while a person has not said no. */
  let visitor;
  let over = false;
  let away = false;
  let adopting = false;
  /** The sessions whose locks are ours, with what releases them. */
  const held = new Map();

  const isAllowed = () => {
    const known = storage.get("visitor");
    if (known && known !== visitor) {
      visitor = known;
      written.clear();
    }
    return Boolean(known);
  };

  function hold(session) {
    if (away || held.has(session)) return;
    held.set(session, () => {});
    if (!locks) return;
    const until = new Promise((resolve) => held.set(session, resolve));
    // Refused, as in a sandbox, others may send what is ours as well.
    locks.request(lockOf(session), () => until).catch(() => {});
  }

  function release() {
    for (const [session, resolve] of held) {
      resolve();
      if (!locks) storage.remove(MARK + session);
    }
    held.clear();
  }

  function write() {
    if (over || !isAllowed()) return;
    const names = new Map();
    // Text counts as no events, and is not kept.
    for (const [ticket, copy] of copies) if (copy.events > 0) names.set(nameOf(ticket, copy.bytes), copy);
    let isDone = false;
    for (const name of written.keys()) {
      if (names.has(name)) continue;
      storage.remove(name);
      written.delete(name);
      isDone = true;
    }
    for (const [name, { bytes, events }] of names) {
      if (written.get(name) === bytes) continue;
      const session = sessionOf(name);
      hold(session);
      if (!locks) storage.set(MARK + session, `${now()}`);
      put(name, recordOf(now(), events, bytes));
      written.set(name, bytes);
    }
    // A request of ours was answered: what others left may get through, too.
    if (isDone) adopt();
  }

  /** Makes room by what is oldest. Nothing of this page is lost by that: it is in memory. */
  function put(name, record) {
    const others = batches().filter((other) => other.name !== name);
    let bytes = others.reduce((sum, { size }) => sum + size, record.length);
    for (const other of others.sort((one, two) => one.at - two.at)) {
      if (bytes <= bytesMax) break;
      drop(other);
      bytes -= other.size;
    }
    if (bytes > bytesMax) return;
    while (!storage.set(name, record)) {
      const other = others.find((other) => storage.get(other.name) !== undefined);
      if (!other) return;
      drop(other);
    }
  }

  /** All batches on the device. */
  function batches() {
    const found = [];
    for (const name of storage.names(BATCH)) {
      const record = storage.get(name) ?? "";
      const [at, events] = record.split(",", 2).map(Number);
      if (at > 0 && events > 0) found.push({ name, record, size: record.length, at, events });
      else storage.remove(name);
    }
    return found;
  }

  function drop({ name, events }) {
    storage.remove(name);
    if (!written.delete(name)) lost(events);
  }

  /** Sends what pages that are gone have left. Ends at the first failure, until something of ours gets through. */
  async function adopt() {
    if (over || adopting || !isAllowed()) return;
    adopting = true;
    try {
      for (const batch of batches()) if (now() - batch.at > ageMax) drop(batch);
      for (const mark of storage.names(MARK)) if (now() - Number(storage.get(mark)) > MARK_MS) storage.remove(mark);
      const sessions = new Set(storage.names(BATCH).map(sessionOf));
      for (const session of held.keys()) sessions.delete(session);
      for (const session of sessions) if (!(await withClaim(session, () => sendAll(session)))) break;
    } catch {
      // Without locks and marks nobody adopts; the next page may.
    } finally {
      adopting = false;
    }
  }

  /** False if `act` failed; true if it went well, or if the session is not ours to send. */
  async function withClaim(session, act) {
    if (locks) return locks.request(lockOf(session), { ifAvailable: true }, (lock) => (lock ? act() : true));
    const mark = storage.get(MARK + session);
    if (now() - Number(mark) < MARK_MS) return true;
    // The time tells two pages apart, but for once in a long while.
    const mine = `${now() + Math.random()}`;
    storage.set(MARK + session, mine);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    if (storage.get(MARK + session) !== mine) return true;
    const isDone = await act();
    storage.remove(MARK + session);
    return isDone;
  }

  async function sendAll(session) {
    for (const batch of batches()) {
      if (over || !isAllowed()) return false;
      if (sessionOf(batch.name) !== session) continue;
      const bytes = bytesOf(batch.record);
      stamp(bytes);
      const [status] = await new Promise((resolve) => post(endpoint, bytes, resolve));
      // 408 and 429 say later, and so does a collector that is ill.
      if (!status || status === 408 || status === 429 || status >= 500) return false;
      storage.remove(batch.name);
      if (status >= 300) {
        refused(status);
        // Whoever refuses one may refuse all.
        return false;
      }
    }
    return true;
  }

  paced(write);
  // A page in the back/forward cache must hold no lock.
  const turn = ({ type }) => {
    away = type === "pagehide";
    if (away) release();
  };
  const turns = ["pagehide", "pageshow"];
  for (const type of turns) addEventListener(type, turn);
  attached(() => {
    over = true;
    for (const type of turns) removeEventListener(type, turn);
    release();
  });
  write();
  return adopt();
}

const lockOf = (session) => `tacit:${session}`;
const sessionOf = (name) => name.split(":")[1];

/** By the session in the batch, after the key and its length: see signals/WIRE.md. */
function nameOf(ticket, bytes) {
  const start = 18 + bytes[17];
  const session = [...bytes.subarray(start, start + 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${BATCH}${session}:${ticket}`;
}

/** A character a byte: browsers keep those as such. */
function recordOf(at, events, bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return `${at},${events},${text}`;
}

function bytesOf(record) {
  const start = record.indexOf(",", record.indexOf(",") + 1) + 1;
  return Uint8Array.from(record.slice(start), (char) => char.charCodeAt(0));
}
