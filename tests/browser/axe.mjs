// What of a page people with assistive technology cannot use, by axe.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Rules of axe that the page breaks; `rules` names those that are asked about, else all. */
export async function violations(page, rules) {
  // A page has it from the first time on.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const { violations } = await page.evaluate((rules) => axe.run(rules ? { runOnly: rules } : {}), rules);
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
}
