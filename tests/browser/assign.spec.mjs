// `tacit-capture/assign` as a page has it: the shared vectors, and where there is no
// crypto.subtle an error in place of an arm.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { root } from "../../capture-wasm/build/tools.mjs";

const script = await readFile(join(root, "capture-wasm/dist/assign.js"), "utf8");
const { plans } = JSON.parse(await readFile(join(root, "signals/vectors/assign.json"), "utf8"));

/** An empty page of `origin` that can import the script; nothing leaves the browser. */
async function visit(page, origin) {
  await page.route("**/*", (route) => {
    const isScript = route.request().url().endsWith("/assign.js");
    const contentType = isScript ? "text/javascript" : "text/html";
    return route.fulfill({ contentType, body: isScript ? script : "<!doctype html>" });
  });
  await page.goto(`${origin}/`);
}

test("a page finds the arms of the shared vectors", async ({ page }) => {
  await visit(page, "http://localhost");
  const found = await page.evaluate(async (plans) => {
    const { assign } = await import("/assign.js");
    const ask = ({ plan, answers }) => Promise.all(answers.map(({ subject }) => assign(plan, subject)));
    return Promise.all(plans.map(ask));
  }, plans);
  const expected = plans.map(({ answers }) => answers.map(({ subject, ...answer }) => answer));
  expect(found).toEqual(expected);
  expect(found.flat().length).toBeGreaterThan(600);
});

test("a page on plain HTTP is told why it gets no arm", async ({ page }) => {
  await visit(page, "http://shop.example");
  const said = await page.evaluate(async ({ plan }) => {
    const { assign } = await import("/assign.js");
    return assign(plan, "u-42").then(({ arm }) => `arm ${arm}`, String);
  }, plans[0]);
  expect(said).toBe(
    "Error: crypto.subtle is missing, so nobody can be assigned: it exists on HTTPS and localhost only",
  );
});
