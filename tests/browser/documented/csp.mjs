// Content security policies of the documents: a page that is served with exactly that and has the
// README's script tag.

import { expect } from "../house.mjs";
import { securityHeaders } from "../../../demo-site/server/security.mjs";

/** All of it is enough, and without the word for Wasm nothing is captured, which the page is told. */
async function isEnough({ page, heard, changed }) {
  await heard("shown", { output: "o-1" });
  await page.getByRole("button", { name: "Good response" }).click();
  await heard("rated", { output: "o-1", value: 1 });
  const refused = await changed({ csp: (csp) => csp.replace(" 'wasm-unsafe-eval'", "") });
  await expect.poll(() => refused.evaluate(() => window.told)).toEqual(["capture_unavailable"]);
  // Nor with a `connect-src` that leaves the collector out: “hides itself”.
  const hidden = await changed({ csp: (csp) => csp.replace(/(connect-src.*) http:\S+?(;|$)/, "$1 http://127.0.0.1:1$2") });
  await expect.poll(() => hidden.evaluate(() => window.refused)).toContain("connect-src");
}

export const CSP = [
  { page: "README.md", starts: "script-src", holds: isEnough },
  { page: "integrate.md", starts: "script-src", holds: isEnough },
  {
    page: "demo-site/README.md",
    starts: "script-src",
    async holds(given) {
      await isEnough(given);
      const sent = securityHeaders({ tacitUrl: given.project.url })["content-security-policy"].split("; ");
      for (const directive of given.csp.split("; ")) expect(sent).toContain(directive);
    },
  },
];
