// The one place on the device where anything of ours is kept, and only where the
// site asked for `storage: "local"`. Every key begins alike and names the version
// of what it holds. No call throws: storage may be full, forbidden or missing, and
// a page in a sandbox throws at the mere look at it.

/** Of all versions, so that a newer one can clear up. */
const OURS = "tacit:capture:";
const PREFIX = `${OURS}1:`;

/** Characters of one value. Browsers give a whole origin five million. */
const VALUE_MAX = 131_072;

let allowed = false;

/** Whether the site asked for storage, and the browser not for privacy. */
export const allow = (yes) => (allowed = yes);

function attempt(act, otherwise) {
  try {
    return act(globalThis.localStorage);
  } catch {
    return otherwise;
  }
}

/** What is kept under a name; undefined if nothing is. */
export const get = (name) => attempt((storage) => storage.getItem(PREFIX + name) ?? undefined);

/** Whether it is kept now. What does not fit takes the old value away as well. */
export function set(name, value) {
  const kept = value.length <= VALUE_MAX && attempt((storage) => (storage.setItem(PREFIX + name, value), true), false);
  if (!kept) remove(name);
  return kept;
}

export const remove = (name) => attempt((storage) => storage.removeItem(PREFIX + name));

/** The names that begin so: a page may keep things under a name of its own. */
export const names = (start = "") => keys(PREFIX + start).map((key) => key.slice(PREFIX.length));

/** A random text of 32 digits that this browser has under the name, made at first;
 * undefined where nothing may or can be kept. */
export function own(name) {
  if (!allowed) return undefined;
  const known = get(name);
  if (known) return known;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const made = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return set(name, made) ? made : undefined;
}

/** Whether accepted text is remembered here. */
export const kept = () => allowed && Boolean(get("kept"));

/** Takes all of ours away. */
export const purge = () => attempt((storage) => keys(OURS).forEach((key) => storage.removeItem(key)));

const keys = (start) => attempt((storage) => Object.keys(storage).filter((key) => key.startsWith(start)), []);
