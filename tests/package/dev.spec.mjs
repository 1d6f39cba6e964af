// While an app is being developed: React's strict mode mounts everything twice, and
// a saved file is exchanged in the running page. One capture all the same.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Child } from "../../capture-wasm/build/children.mjs";
import { expect, test } from "../browser/house.mjs";
import { APPS } from "./apps.mjs";
import { filesOf } from "./document.mjs";
import { appFolder, workshop } from "./workshop.mjs";

test("Vite's development server: mounted twice, exchanged while it runs, and acts are told once @full", async ({ page, house }) => {
  const { "vite.config.js": forDevelopment } = filesOf("npm", house);
  const folder = appFolder("dev", {
    ...APPS.react.files(house),
    "vite.config.js": forDevelopment.replace("export default {", 'import react from "@vitejs/plugin-react";\nexport default {\n  plugins: [react()],'),
  });
  const where = ["--port", String(house.pagesPort), "--strictPort", "--host", "127.0.0.1"];
  const server = new Child("vite", join(workshop, "node_modules/.bin/vite"), [folder, ...where]);
  const url = `http://127.0.0.1:${house.pagesPort}/`;
  await server.ready(url);
  const failed = [];
  page.on("pageerror", (error) => failed.push(error.message));
  page.on("console", (message) => message.text().startsWith("tacit") && failed.push(message.text()));

  const flush = () => page.evaluate(() => window[Symbol.for("tacit.capture")]?.flush());
  const signals = async (kind) => {
    await flush();
    return (await house.find("o-1"))?.signals.filter((signal) => signal.kind === kind) ?? [];
  };
  await page.goto(url);
  await expect.poll(() => signals("shown")).toHaveLength(1);
  await page.evaluate(() => (window.before = window[Symbol.for("tacit.capture")]));

  const file = join(folder, "src/Answer.jsx");
  writeFileSync(file, readFileSync(file, "utf8").replace("Order</button>", "Buy</button>"));
  await page.getByRole("button", { name: "Buy" }).first().click();
  await expect.poll(async () => (await signals("converted")).map(({ name }) => name)).toEqual(["order"]);
  // The page was not loaded anew, nor another capture begun.
  expect(await page.evaluate(() => window.before === window[Symbol.for("tacit.capture")])).toBe(true);
  const sessions = new Set((await house.find("o-1")).signals.map(({ id }) => id.split(":")[0]));
  expect(sessions.size).toBe(1);
  expect(failed).toEqual([]);
  await server.stop();
});
