// One person's visit to one chat, from the first page to what the collector
// knows in the end.

import { writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { Witness } from "../../browser/canaries.mjs";
import { slower } from "../../browser/slower.mjs";
import { bundle } from "./bundle.mjs";
import { Collector } from "./collector.mjs";
import { npmPackages } from "./install.mjs";
import { Model } from "./model.mjs";
import { isPacked, packedPackages } from "./packed.mjs";
import { Person } from "./person.mjs";
import { score } from "./score.mjs";
import { sitting } from "./scenario.mjs";
import { serveSite } from "./site.mjs";

/** How long a page that was left may take to say its last. */
const LAST_WORDS_MS = 3_000;
/** How long pages that can wait with it draw the person's turn after the title of the conversation. */
const ECHO_MS = [0, 150, 400];
/** For the page to do what it was asked. */
const PATIENCE_MS = 20_000;

/** What has to be there before a chat can be visited; resolves with a way to serve it. */
export async function prepare(chat) {
  if (chat.prepare) return chat.prepare();
  const packages = chat.packages ?? chat.id;
  await (isPacked(packages) ? packedPackages(packages) : npmPackages(packages));
  const www = await bundle(chat.id, chat.entry ?? "page.jsx", packages);
  return (backend) => serveSite({ www, html: chat.html, ...backend });
}

/**
 * `serve` is what `prepare` resolved with; the `round` says what is varied;
 * `file(name)` is where to put what helps to understand a failure.
 */
export async function visit({ chat, serve, browser, round, file }) {
  // Its own model, collector and browser context: nothing is left of a run before.
  const model = new Model();
  const collector = await Collector.open();
  const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  const witness = await Witness.open(context, collector.url);
  const site = await serve({ model, snippet: collector.snippet(witness.url) });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  await slower(page);
  try {
    const person = new Person(page, chat, model);
    await person.visit(site.url + (chat.delaysEcho ? `?echo=${ECHO_MS[round % ECHO_MS.length]}` : ""));
    await sitting(person, round);
    await witness.expectNothingStored();
    await leave(person, collector, witness);
    const truth = { answers: model.said, acts: person.acts };
    const outputs = await collector.outputs();
    const texts = [...person.prompts, ...model.said.flatMap(({ markdown, plain }) => [markdown, plain])];
    return { truth, outputs, complaints: person.complaints, leak: await leakOf(witness, texts), said: witness.lines, ledger: await collector.ledger(), ...score(truth, outputs) };
  } catch (error) {
    await page.screenshot({ path: file("failed.png") }).catch(() => {});
    writeFileSync(file("failed.html"), await page.content().catch(String));
    throw error;
  } finally {
    await context.close();
    await witness.close();
    await site.close();
    await collector.close();
  }
}

/** What of the texts was given away, or null. */
async function leakOf(witness, texts) {
  // Where nothing is found nothing is sent; the score says so.
  if (witness.bodies.length === 0) return null;
  return witness.expectNoText({ texts }).then(
    () => null,
    (error) => error.message,
  );
}

/** Resolves when what the page sent as it was left is with the collector. */
async function leave(person, collector, witness) {
  const before = witness.bodies.length;
  await person.leave();
  // Reading time is nearly always left to tell, so something comes.
  const deadline = Date.now() + LAST_WORDS_MS;
  while (witness.bodies.length === before && Date.now() < deadline) await delay(50);
  await collector.received(() => witness.bodies.length);
}
