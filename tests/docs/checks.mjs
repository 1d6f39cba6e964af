// What is checked of a block that no test runs, by its language: `(block) => [what is wrong]`.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { transform } from "esbuild";
import { root } from "../../capture-wasm/build/tools.mjs";
import { wrongCommands } from "./commands.mjs";

const run = promisify(execFile);

/** Options of start(), which are the `data-` attributes of the tag. */
const typings = await readFile(join(root, "capture-wasm/js/index.d.ts"), "utf8");
export const OPTIONS = [...typings.match(/interface StartOptions \{(.*?)^\}/ms)[1].matchAll(/^  (\w+)\??:/gm)].map(([, name]) => name);
/** What a page says of its outputs. */
export const MARKS = ["ai-output", "ai-conversation", "ai-turn", "ai-variant", "ai-token", "tacit-private"];
const DIRECTIVES = ["default-src", "script-src", "connect-src", "base-uri", "object-src", "require-trusted-types-for", "trusted-types"];

export const CHECKS = {
  sh: ({ code }) => wrongCommands(code),
  console: ({ code }) => wrongCommands(promptedIn(code).join("\n")),
  // Minute, hour, day, month, weekday, perhaps a user, a command.
  cron: ({ code }) => wrongCommands(code.replaceAll(/^(\S+ +){5}(tacit  )?/gm, (fields) => (fields.startsWith("#") ? fields : ""))),
  ini: ({ code }) => wrongCommands([...code.matchAll(/^ExecStart=(.*)$/gm)].map(([, command]) => command).join("\n")),
  toml: ({ code }) => wrongConfig(code),
  json: ({ code }) => wrongJson(code),
  js: ({ code }) => wrongScript(code, "js"),
  jsx: ({ code }) => wrongScript(code, "jsx"),
  ts: ({ code }) => wrongScript(code, "ts"),
  html: ({ code }) => wrongMarkup(code),
  csp: ({ code }) => wrongPolicy(code),
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

async function wrongScript(code, loader) {
  try {
    await transform(code, { loader, logLevel: "silent" });
    return [];
  } catch (error) {
    return error.errors.map(({ text, location }) => `line ${location?.line} of it: ${text}`);
  }
}

function wrongMarkup(code) {
  const known = (name) => MARKS.includes(name) || OPTIONS.includes(name.replaceAll(/-(\w)/g, (_, letter) => letter.toUpperCase()));
  // Values that are JSON hold names of the site's own.
  const attributes = [...code.replaceAll(/="[^"]*"|='[^']*'/g, "=_").matchAll(/ data-([\w-]+)/g)];
  const unknown = attributes.map(([, name]) => name).filter((name) => !known(name));
  const values = [...code.matchAll(/ data-(?:adapter|redact)='([^']*)'/g)].flatMap(([, value]) => wrongJson(value));
  const maps = [...code.matchAll(/<script type="importmap">(.*?)<\/script>/gs)].flatMap(([, map]) => wrongJson(map));
  return [...unknown.map((name) => `no option or mark is called data-${name}`), ...values, ...maps];
}

function wrongPolicy(code) {
  const names = code.split(/;\s*/).map((directive) => directive.trim().split(" ")[0]);
  const unknown = names.filter((name) => name && !DIRECTIVES.includes(name));
  const allows = code.includes("'wasm-unsafe-eval'") ? [] : ["'wasm-unsafe-eval' is missing"];
  return [...unknown.map((name) => `no directive is called ${name}`), ...allows];
}
