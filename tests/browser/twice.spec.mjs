// Loaded twice, by two tags and by two bundles: one capture, one handle.

import { expect, test } from "./house.mjs";

test("whatever loads it again gets the handle that is there, and an act is told once", async ({ page, site, house }) => {
  const cores = [];
  page.on("request", (request) => /core\.(js|wasm)/.test(request.url()) && cores.push(new URL(request.url()).pathname));
  const lines = [];
  page.on("console", (message) => lines.push(message.text()));
  const again = `<script src="/own/b.js" data-key="pk_other"></script>`;
  await page.goto(site.url("answers", { own: "/own/a.js", head: again + again }));
  await page.waitForFunction(() => window.tacit);
  const handles = await page.evaluate(async () => {
    const bundles = await Promise.all(["/own/npm/index.js", "/own/npm/index.js?hot"].map((address) => import(address)));
    return bundles.map(({ start }) => start({ key: "pk_third" }) === window.tacit);
  });
  expect(handles).toEqual([true, true]);
  // The first tag's key is nobody's; the capture that it began ends, and a bundle begins another.
  await page.evaluate(async (key) => {
    window.tacit.stop();
    const { start } = await import("/own/npm/index.js");
    window.tacit = start({ key, endpoint: "/own/in", flushAfterMs: 500 });
  }, house.publishable);
  await house.signals("o-first", "shown");
  await page.locator("button[aria-pressed]").click();
  await house.signals("o-first", "rated");
  await page.evaluate(() => window.tacit.flush());
  const { signals } = await house.output("o-first");
  expect(signals.filter(({ kind }) => kind === "rated")).toHaveLength(1);
  expect(new Set(cores).size).toBe(cores.length);
  expect(lines.filter((line) => line.startsWith("tacit"))).toEqual([]);
});
