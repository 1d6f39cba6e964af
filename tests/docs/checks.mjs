// What is checked of a block that no test runs, by its language: `(block) => [what is wrong]`.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../../capture-wasm/build/tools.mjs";
import { wrongCommands } from "./commands.mjs";

const run = promisify(execFile);

/** Options of start(), which are the `data-` attributes of the tag. */
const typings = await readFile(join(root, "capture-wasm/js/index.d.ts"), "utf8");
export const OPTIONS = [...typings.match(/interface StartOptions \{(.*?)^\}/ms)[1].matchAll(/^  (\w+)\??:/gm)].map(([, name]) => name);
/** What a page says of its outputs. */
export const MARKS = ["ai-output", "ai-conversation", "ai-turn", "ai-variant", "ai-token", "tacit-private"];

export const CHECKS = {
  sh: ({ code }) => wrongCommands(code),
  console: ({ code }) => wrongCommands(promptedIn(code).join("\n")),
  toml: ({ code }) => wrongConfig(code),
  json: ({ code }) => wrongJson(code),
};

/** What stands after the prompts of a transcript. */
export function promptedIn(code) {
  return [...code.matchAll(/^\$ (.*)$/gm)].map(([, command]) => command);
}

async function wrongConfig(code) {
  const folder = await mkdtemp(join(tmpdir(), "tacit-docs-"));
  try {
    await writeFile(join(folder, "tacit.toml"), code);
    // A key or a file that is named need not be here.
    await run(process.env.TACIT_BIN, ["config", "check", "tacit.toml"], { cwd: folder });
    return [];
  } catch ({ stderr }) {
    return [stderr.trim()];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** One value, or several; `…` stands for a value, for the rest of a text or for what was left out. */
export function wrongJson(code) {
  const whole = code.replaceAll(/:\s*…/g, ": null").replaceAll(/,\s*…/g, "");
  const tries = [[whole], whole.trim().split("\n"), whole.trim().split(/\n(?=\{)/), [`{${whole}}`]];
  const wrong = tries.map((texts) => texts.map(errorOfJson).filter(Boolean));
  return wrong.some((errors) => errors.length === 0) ? [] : wrong[0];
}

function errorOfJson(text) {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return error.message;
  }
}
