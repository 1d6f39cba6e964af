// What of a page people with assistive technology cannot use, by axe.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Rules of axe that the page breaks. */
export async function violations(page) {
  const { violations } = await page.evaluate(`${AXE};axe.run()`);
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
}
