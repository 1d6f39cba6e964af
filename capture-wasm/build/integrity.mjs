// Hashes by which a page can insist on the very files it was tested with.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Writes `integrity.json` beside the files: each by the address it is loaded from,
 * which for an import map is the whole of it. Returns lines that say the same.
 */
export function integrity(folder, addresses) {
  const hashes = Object.fromEntries(addresses.map((address) => [address, hashOf(join(folder, address.split("?")[0]))]));
  writeFileSync(join(folder, "integrity.json"), `${JSON.stringify(hashes, null, 2)}\n`);
  return Object.entries(hashes).map(([address, hash]) => `${address} ${hash}`);
}

/** As `integrity` attributes and import maps take it. */
function hashOf(file) {
  return `sha384-${createHash("sha384").update(readFileSync(file)).digest("base64")}`;
}
