// One person's visit to one chat, from the first page to what the collector
// knows in the end.

import { bundle } from "./bundle.mjs";
import { Collector } from "./collector.mjs";
import { npmPackages } from "./install.mjs";
import { Model } from "./model.mjs";
import { Person } from "./person.mjs";
import { score } from "./score.mjs";
import { sitting } from "./scenario.mjs";
import { serveSite } from "./site.mjs";

/** What has to be there before a chat can be visited; resolves with a way to serve it. */
export async function prepare(chat) {
  if (chat.prepare) return chat.prepare();
  const packages = chat.packages ?? chat.id;
  await npmPackages(packages);
  const www = await bundle(chat.id, chat.entry ?? "page.jsx", packages);
  return (backend) => serveSite({ www, html: chat.html, ...backend });
}

/** `serve` is what `prepare` resolved with; `query` goes into the page's address. */
export async function visit({ chat, serve, browser, round, query = "" }) {
  // Its own model, collector and browser context: nothing is left of a run before.
  const model = new Model();
  const collector = await Collector.open();
  const site = await serve({ model, snippet: collector.snippet() });
  const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  try {
    const page = await context.newPage();
    const person = new Person(page, chat, model);
    await person.visit(site.url + query);
    await sitting(person, round);
    const stored = await storedOn(page, context);
    await person.leave();
    await collector.settled(person.leftAt);
    const truth = { answers: model.said, acts: person.acts };
    const outputs = await collector.outputs();
    return { truth, outputs, stored, sent: collector.gate.sent, complaints: person.complaints, ...score(truth, outputs) };
  } finally {
    await context.close();
    await site.close();
    await collector.close();
  }
}

/** Everything that the page keeps on the device. */
async function storedOn(page, context) {
  const inPage = await page.evaluate(async () => ({
    local: { ...localStorage },
    session: { ...sessionStorage },
    databases: await indexedDB.databases(),
    caches: await caches.keys(),
  }));
  return { ...inPage, cookies: await context.cookies() };
}
