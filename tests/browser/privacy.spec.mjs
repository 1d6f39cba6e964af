// No text of a page leaves it, nothing is kept on the device, and nobody is
// watched who does not want to be: with canaries, on every byte that was sent.

import { Witness } from "./canaries.mjs";
import { expect, test as base } from "./house.mjs";
import { servePages } from "./pages.mjs";

const ANSWERS = [
  "Quartz-answer one: the household keeps a quiet ledger of every borrowed ladder, and returns it before the frost.",
  "Quartz-answer two: the neighbours whistle across the hedge whenever somebody forgets to close the copper gate.",
];
const PROMPTS = ["Please explain how the violet-prompt orchard survives a late winter storm", "A second violet-prompt about the orchard"];
const EDIT = "Amber-edit: also remember the spare key.";
/** In title, URL, labels, names, ids and attributes. */
const MARKERS = ["zebra", "quartz", "violet", "amber"];

const test = base.extend({
  witness: async ({ context, house }, use) => {
    const witness = await Witness.open(context, house.url);
    await use(witness);
    await witness.close();
  },
  /** The pages, whose script comes through the witness. */
  site: async ({ context, house, witness }, use) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const site = await servePages({ ...house, url: witness.url });
    await use(site);
    await site.close();
  },
});

const output = (page) => page.locator("[data-ai-output]").last();
const press = (page, name) => page.getByRole("button", { name, exact: true }).last().click();

/** Visits the chat, with a canary in the address as well. */
async function visit(page, site, attributes = "") {
  await page.goto(`${site.url("canaries", { attributes })}&zebra=zebra-query#zebra-fragment`);
  await page.waitForFunction(() => window.tacit);
}

async function ask(page, prompt) {
  const done = page.locator('article[data-state="done"]');
  const before = await done.count();
  await page.locator("#prompt").fill(prompt);
  await page.keyboard.press("Enter");
  await expect(done).toHaveCount(before + 1);
}

/** Everything a person can do with an answer. */
async function doEverything(page, house) {
  await ask(page, PROMPTS[0]);
  await house.signals("o-0-0", "shown");
  await output(page).locator("p").click({ clickCount: 3 });
  await page.keyboard.press("Control+c");
  await house.signals("o-0-0", "copied");
  await press(page, "Copy");
  await press(page, "Good response");
  await house.signals("o-0-0", "rated");
  await press(page, "Edit");
  await page.keyboard.press("Control+End");
  await page.keyboard.type(` ${EDIT}`);
  await page.locator("#prompt").click();
  await house.signals("o-0-0", "edited");
  await page.keyboard.press("Control+v");
  await page.keyboard.press("Control+a");
  await press(page, "Regenerate");
  await expect(page.locator('article[data-state="done"]')).toHaveCount(1);
  await house.signals("o-0-1", "shown");
  await ask(page, PROMPTS[1]);
  await house.signals("o-1-0", "shown");
}

/** Every way of going, whose beacons are asked for too. */
async function leave(page, house) {
  await page.evaluate(() => window.tacit.flush());
  await page.goto("about:blank");
  await page.goBack();
  await page.waitForFunction(() => window.tacit);
  await house.signals("o-1-0", "dwell");
  await Promise.all([page.waitForEvent("close"), page.close({ runBeforeUnload: true })]);
}

test("with the defaults no text, no part, no hash of one leaves, and nothing is stored", async ({ page, site, house, witness }) => {
  await visit(page, site);
  await doEverything(page, house);
  await witness.expectNothingStored({ empty: true });
  await leave(page, house);
  expect(witness.bodies.length).toBeGreaterThan(1);
  await witness.expectNoText({ texts: [...ANSWERS, ...PROMPTS, EDIT], markers: MARKERS });
  await witness.expectNothingStored({ empty: true });
  expect(witness.lines).toEqual([]);
});

test("the witness notices a sketch, and an edit that may leave", async ({ page, site, house, witness }) => {
  await visit(page, site, 'data-join="sketch"');
  await ask(page, PROMPTS[0]);
  await house.signals("o-0-0", "shown");
  await expect(witness.expectNoText({ texts: ANSWERS })).rejects.toThrow("as in a sketch");
});
