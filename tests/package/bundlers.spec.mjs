// Apps made with the packed package, by every bundler and framework that the
// documentation names, run in Chromium: what a person does arrives at a collector.

import { join } from "node:path";
import { Child } from "../../capture-wasm/build/children.mjs";
import { expect, test } from "../browser/house.mjs";
import { APPS, BASE, make, TEXTS } from "./apps.mjs";
import { serve } from "./serve.mjs";
import { workshop } from "./workshop.mjs";

/** Cheap enough for every day: the bundler that builds the package itself. */
const EVERY_DAY = ["esbuild"];

// Another language than English has the last of the package's files loaded.
test.use({ locale: "de-DE" });

/** Serves what was built, by a server of its own kind. */
async function host(name, folder, house) {
  if (name !== "next") return serve(join(folder, "dist"), BASE, house.pagesPort);
  const url = `http://127.0.0.1:${house.pagesPort}${BASE.slice(0, -1)}`;
  const next = join(workshop, "node_modules/next/dist/bin/next");
  const args = [next, "start", folder, "--port", String(house.pagesPort), "--hostname", "127.0.0.1"];
  const server = new Child("next", process.execPath, args, { NEXT_TELEMETRY_DISABLED: "1" });
  await server.ready(url);
  return { url, missing: [], close: () => server.stop() };
}

/** The signals of a kind, as soon as there are `count`. Two bundles share one handle, so anybody can find it. */
async function signals(page, house, id, kind, count = 1) {
  let found = [];
  const look = async () => {
    await page.evaluate(() => window[Symbol.for("tacit.capture")]?.flush());
    found = (await house.find(id))?.signals.filter((signal) => signal.kind === kind) ?? [];
    return found.length;
  };
  await expect.poll(look, `${kind} of ${id}`).toBeGreaterThanOrEqual(count);
  return found;
}

for (const name of Object.keys(APPS)) {
  const tag = EVERY_DAY.includes(name) ? "" : " @full";
  test(`${name}: built from the tarball, its acts arrive${tag}`, async ({ page, house }) => {
    const site = await host(name, await make(name, house), house);
    const failed = [];
    page.on("pageerror", (error) => failed.push(error.message));
    page.on("console", (message) => message.type() === "error" && failed.push(`${message.text()} ${message.location().url}`));
    page.on("requestfailed", (request) => failed.push(request.url()));
    // Next.js renders on a server: the answers are there before any script.
    if (name === "next") expect(await (await fetch(site.url)).text()).toContain(TEXTS["o-1"]);
    await page.goto(site.url);
    for (const id of Object.keys(TEXTS)) {
      const [shown] = await signals(page, house, id, "shown");
      expect(shown).toMatchObject({ words: TEXTS[id].split(" ").length, conversation: "c-1" });
    }
    // The late part has come as well: it knows a signal's fields.
    await page.getByRole("button", { name: "Order" }).first().click();
    const isPlain = await page.locator("#order").count();
    const converted = await signals(page, house, "o-1", "converted", isPlain ? 2 : 1);
    expect(converted.map(({ name }) => name)).toEqual(isPlain ? ["early", "order"] : ["order"]);
    // So have the names of controls in other languages, which are a file of its own.
    await page.evaluate((text) => {
      const output = [...document.querySelectorAll("div")].findLast((element) => element.textContent === text);
      for (const name of ["Gefällt mir", "Gefällt mir nicht"]) {
        const button = Object.assign(document.createElement("button"), { ariaLabel: name, textContent: "✋" });
        output.append(button);
      }
    }, TEXTS["o-2"]);
    await page.getByRole("button", { name: "Gefällt mir nicht" }).click();
    const [rated] = await signals(page, house, "o-2", "rated");
    expect(rated.value).toBe(-1);
    // And the part for texts, with a module of its own.
    await page.evaluate((text) => document.body.append(Object.assign(document.createElement("textarea"), { value: text })), TEXTS["o-1"]);
    await page.locator("textarea").click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type(" Indeed.");
    const edited = await signals(page, house, "o-1", "edited");
    expect(edited.at(-1)).toMatchObject({ inserted: 8, deleted: 0 });
    // An app that is taken off the page takes capture with it.
    if (name === "vue" || name === "svelte") {
      await page.evaluate(() => (window.end ?? (() => document.querySelector("#app").__vue_app__.unmount()))());
      expect(await page.evaluate(() => window[Symbol.for("tacit.capture")])).toBeUndefined();
    }
    expect(site.missing).toEqual([]);
    expect(failed.filter((line) => !line.endsWith("/favicon.ico"))).toEqual([]);
    await site.close();
  });
}
