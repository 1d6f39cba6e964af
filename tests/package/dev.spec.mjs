// While an app is being developed: React's strict mode mounts everything twice, and
// a saved file is exchanged in the running page. One capture all the same.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Child } from "../../capture-wasm/build/children.mjs";
import { expect, test } from "../browser/house.mjs";
import { APPS } from "./apps.mjs";
import { appFolder, workshop } from "./workshop.mjs";

/** Vite's development server of an app, until the test ends. */
async function develop(vite, folder, house) {
  const where = ["--port", String(house.pagesPort), "--strictPort", "--host", "127.0.0.1"];
  const server = new Child("vite", process.execPath, [join(workshop, "node_modules", vite, "bin/vite.js"), folder, ...where]);
  const url = `http://127.0.0.1:${house.pagesPort}/`;
  await server.ready(url);
  return { url, server };
}

/** The signals of a kind about the first answer, by now. */
async function signals(page, house, kind) {
  await page.evaluate(() => window[Symbol.for("tacit.capture")]?.flush());
  return (await house.find("o-1"))?.signals.filter((signal) => signal.kind === kind) ?? [];
}

test("React's strict mode and Vite's exchange of files: one capture, acts are told once @full", async ({ page, house }) => {
  const folder = appFolder("dev", {
    ...APPS.react.files(house),
    "vite.config.js": 'import react from "@vitejs/plugin-react";\nexport default { plugins: [react()] };\n',
  });
  const { url, server } = await develop("vite", folder, house);
  const failed = [];
  page.on("pageerror", (error) => failed.push(error.message));
  page.on("console", (message) => message.text().startsWith("tacit") && failed.push(message.text()));
  await page.goto(url);
  await expect.poll(() => signals(page, house, "shown")).toHaveLength(1);
  await page.evaluate(() => (window.before = window[Symbol.for("tacit.capture")]));

  const file = join(folder, "src/Answer.jsx");
  writeFileSync(file, readFileSync(file, "utf8").replace("Order</button>", "Buy</button>"));
  await page.getByRole("button", { name: "Buy" }).first().click();
  await expect.poll(async () => (await signals(page, house, "converted")).map(({ name }) => name)).toEqual(["order"]);
  // The page was not loaded anew, nor another capture begun.
  expect(await page.evaluate(() => window.before === window[Symbol.for("tacit.capture")])).toBe(true);
  const sessions = new Set((await house.find("o-1")).signals.map(({ id }) => id.split(":")[0]));
  expect(sessions.size).toBe(1);
  expect(failed).toEqual([]);
  await server.stop();
});

test("Vite 7's development server, with the line that the docs name @full", async ({ page, house }) => {
  const files = APPS.vite.files(house);
  expect(files["vite.config.js"]).toContain("exclude");
  const { url, server } = await develop("vite7", appFolder("dev7", files), house);
  await page.goto(url);
  await expect.poll(() => signals(page, house, "shown")).toHaveLength(1);
  await server.stop();
});
