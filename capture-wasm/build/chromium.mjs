// The browser that tests run in: the one on the machine, else Debian's.

import { existsSync } from "node:fs";
import { canInstallDebianPackages, installDebianPackages, Problem } from "./tools.mjs";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/opt/google/chrome/chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Its path, or null. `TACIT_CHROMIUM` names one that lies elsewhere. */
export function findChromium() {
  return process.env.TACIT_CHROMIUM || PLACES.find((place) => existsSync(place)) || null;
}

/** Installs Debian's when there is none; without a font it would lay out nothing. */
export async function chromium() {
  if (!findChromium() && canInstallDebianPackages()) await installDebianPackages("chromium", "fonts-liberation");
  const found = findChromium();
  if (found && existsSync(found)) return found;
  throw new Problem("no Chromium found. Install one (on Debian: apt-get install chromium), or say where it is with TACIT_CHROMIUM=/path/to/chrome");
}
