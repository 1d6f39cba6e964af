// The demo's server: serves the chat, plays the model, and tells Tacit about every answer.

import { once } from "node:events";
import { configFrom } from "./server/config.mjs";
import { createSite } from "./server/site.mjs";

const config = configFrom(process.env);
const site = createSite(config);

site.server.listen(config.port, "127.0.0.1");
await once(site.server, "listening");
console.log(`demo on http://127.0.0.1:${site.server.address().port}, collector ${config.tacitUrl}`);
if (!config.publishableKey) console.warn("TACIT_PUBLISHABLE_KEY is not set: the page runs without Tacit");
if (!config.secretKey) console.warn("TACIT_SECRET_KEY is not set: outputs are not registered");

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    await site.close();
    process.exit(0);
  });
}
