// Pictures for people to look at: `node tests/browser/shots.mjs OUT [PART OF A NAME]` takes one of
// everything there is (pictures.mjs), wide and at a phone, in light and dark.

import { mkdir } from "node:fs/promises";
import { furnished } from "./furnished.mjs";
import { take } from "./pictures.mjs";

const [out, only = ""] = process.argv.slice(2);
if (!out) throw new Error("say where to: node tests/browser/shots.mjs OUT [PART OF A NAME]");
process.env.RUST_LOG ??= "warn";
await mkdir(out, { recursive: true });
const failed = await furnished((told) => take(told, out, (name) => name.includes(only)));
process.exitCode = failed.length > 0 ? 1 : 0;
