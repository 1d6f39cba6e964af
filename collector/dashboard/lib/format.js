// Numbers as people read them.

const counts = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

const isNone = (value) => value === undefined || value === null;

export const count = (value) => (isNone(value) ? "–" : counts.format(value));

/** How many of what: 1 row, 1,200 rows. */
export const counted = (value, one, more = `${one}s`) => `${count(value)} ${value === 1 ? one : more}`;

/** Where room is short: 12.3K. */
export const short = (value) => (isNone(value) ? "–" : compact.format(value));

/** A share of one as percent. */
export const percent = (share, digits = 1) => (isNone(share) ? "–" : `${(100 * share).toFixed(digits)} %`);

/** An interval of shares. */
export const interval = ([low, high]) => `${(100 * low).toFixed(1)} – ${(100 * high).toFixed(1)} %`;

const SIZES = ["B", "KiB", "MiB", "GiB", "TiB"];

/** A size in bytes. */
export function bytes(value) {
  if (isNone(value)) return "–";
  const power = Math.min(SIZES.length - 1, Math.floor(Math.log2(Math.max(1, value)) / 10));
  const size = value / 1024 ** power;
  return `${power && size < 10 ? size.toFixed(1) : Math.round(size)} ${SIZES[power]}`;
}

/** A name of the API in words: `copied_most` → copied most. */
export const words = (name) => String(name).replaceAll("_", " ");

export const sum = (values) => values.reduce((total, value) => total + value, 0);
