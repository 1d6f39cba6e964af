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

const PRIVATE_ANSWER = "Write to quartz.answer@example.org, call +49 30 901820 11, use sk_live_abcdefghijklmnop12345 for case ACME-4711.";

for (const [content, leaves] of [
  ["edits", { answer: false, prompt: false, edit: true }],
  ["full", { answer: true, prompt: true, edit: true }],
]) {
  test(`content: "${content}" sends redacted text, and no other`, async ({ page, site, house, witness }) => {
    await page.addInitScript(() => (window.tacitOptions = { redact: [/acme-\d+/i, "household"] }));
    await visit(page, site, `data-content="${content}"`);
    await page.evaluate((text) => answers.splice(0, 1, text), PRIVATE_ANSWER);
    await ask(page, "Which violet-prompt is for violet@example.org?");
    await house.signals("o-0-0", "shown");
    await press(page, "Edit");
    await page.keyboard.press("Control+End");
    await page.keyboard.type(` ${EDIT} Or mail amber@example.org of the household.`);
    await page.locator("#prompt").click();
    await house.signals("o-0-0", "content");
    await page.evaluate(() => window.tacit.flush());
    await witness.expectNothingStored({ empty: true });
    // What stands in the place of what was found, and nothing that was.
    await witness.expectNoText({ markers: ["example.org", "901820", "abcdefghijklmnop", "ACME-4711", "household", "zebra"] });
    const sent = (text) => witness.hasSent(text);
    expect({
      edit: sent("case [redacted]. Amber-edit: also remember the spare key. Or mail [email] of the [redacted]."),
      answer: sent("Write to [email], call [number], use [key] for case [redacted]."),
      prompt: sent("Which violet-prompt is for [email]?"),
    }).toEqual({ ...leaves, answer: true });
    const { signals } = await house.output("o-0-0");
    const roles = signals.filter(({ kind }) => kind === "content").map((signal) => signal.content?.role ?? signal.role);
    expect(new Set(roles)).toEqual(new Set(Object.keys(leaves).filter((role) => leaves[role])));
  });
}

test("a pattern that is none lets nothing start", async ({ page, site, witness }) => {
  await page.addInitScript(() => {
    window.told = [];
    window.tacitOptions = { redact: ["("], content: "full", onError: (error) => window.told.push(error) };
  });
  await visit(page, site);
  await page.waitForFunction(() => window.told.length > 0);
  expect(await page.evaluate(() => window.told)).toEqual([{ code: "invalid_options", message: "redact: is no list of patterns" }]);
  await ask(page, PROMPTS[0]);
  await page.evaluate(() => window.tacit.flush());
  expect(witness.bodies).toEqual([]);
});

for (const [signal, define] of Object.entries({
  "Global Privacy Control": () => Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true }),
  "Do Not Track": () => Object.defineProperty(Navigator.prototype, "doNotTrack", { get: () => "1" }),
})) {
  test(`${signal} means no content and nothing stored, whatever the site set`, async ({ page, site, house, witness }) => {
    await page.addInitScript(define);
    await visit(page, site, 'data-content="full" data-storage="local"');
    await doEverything(page, house);
    await page.evaluate(() => window.tacit.flush());
    await witness.expectNothingStored({ empty: true });
    await leave(page, house);
    await witness.expectNoText({ texts: [...ANSWERS, ...PROMPTS, EDIT], markers: MARKERS });
  });
}

test("consent that is withdrawn stops and purges at once, and given again goes on", async ({ page, site, house, witness }) => {
  await visit(page, site, 'data-flush-after-ms="60000"');
  await ask(page, PROMPTS[0]);
  await page.evaluate(() => window.tacit.signal("o-0-0", "accepted", { via: "before" }));
  await page.evaluate(() => window.tacit.consent("denied"));
  await page.evaluate(() => window.tacit.signal("o-0-0", "accepted", { via: "denied" }));
  await press(page, "Good response");
  await page.evaluate(() => window.tacit.flush());
  expect(witness.bodies).toEqual([]);
  await page.evaluate(() => window.tacit.consent("granted"));
  await page.evaluate(() => window.tacit.signal("o-0-0", "accepted", { via: "granted" }));
  await page.evaluate(() => window.tacit.flush());
  const accepted = await house.signals("o-0-0", "accepted");
  expect(accepted.map(({ via }) => via)).toEqual(["granted"]);
  await leaveDenied(page);
  await witness.expectNothingStored({ empty: true });
  for (const via of ["before", "denied"]) expect(witness.hasSent(via)).toBe(false);
});

/** Denies, then leaves: not even a beacon goes. */
async function leaveDenied(page) {
  await page.evaluate(() => {
    window.tacit.signal("o-0-0", "accepted", { via: "denied" });
    window.tacit.consent("denied");
  });
  await page.goto("about:blank");
}

test("what a program does is marked, and what a script does is nobody's act", async ({ page, site, house, witness }) => {
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, "webdriver", { get: () => true }));
  await visit(page, site);
  await ask(page, PROMPTS[0]);
  await house.signals("o-0-0", "shown");
  await page.evaluate(async () => {
    for (const button of document.querySelectorAll("article button")) {
      if (button.getAttribute("aria-label") === "Edit") continue;
      for (const type of ["pointerdown", "mousedown", "pointerup", "mouseup", "click"]) button.dispatchEvent(new PointerEvent(type, { bubbles: true, composed: true }));
    }
    const area = document.getElementById("prompt");
    area.focus();
    area.value = document.querySelector("[data-ai-output]").textContent;
    for (const type of ["input", "change"]) area.dispatchEvent(new InputEvent(type, { bubbles: true }));
    for (const type of ["copy", "cut", "paste"]) document.dispatchEvent(new ClipboardEvent(type, { bubbles: true }));
    for (const key of ["Enter", "Escape", "Tab"]) area.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    await window.tacit.flush();
  });
  const { signals } = await house.output("o-0-0");
  const acts = signals.filter(({ kind }) => ["copied", "rated", "pasted", "accepted", "dismissed", "stopped"].includes(kind));
  expect(acts).toEqual([]);
  // Bit 0 of the flags, behind the sample: see signals/WIRE.md.
  expect(witness.bodies.length).toBeGreaterThan(0);
  for (const body of witness.bodies) expect(flagsOf(body) & 1).toBe(1);
});

/** The flags in the header of a batch. */
function flagsOf(body) {
  let at = 17;
  const varint = () => {
    let number = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = body[at++];
      number += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return number;
    }
  };
  const skip = (length) => (at += length);
  skip(varint()); // key
  skip(16); // session
  if (body[at++] !== 0) skip(varint()); // subject
  varint(); // sample
  return varint();
}
