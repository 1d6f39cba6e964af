// What the sentences of the documentation name in `code`: commands, options, routes, attributes,
// variables and files. What does not exist is told.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../capture-wasm/build/tools.mjs";
import { Api } from "./api.mjs";
import { MARKS, OPTIONS } from "./checks.mjs";

/** Options of other programs that the pages tell about. */
const FOREIGN = /^--(full|only|rounds|help|version|json|data|nocapture|read-only|cap-drop|security-opt|stop-timeout|repeat-each|no-default-features)$/;

const api = new Api(JSON.parse(execFileSync(process.env.TACIT_BIN, ["openapi"], { maxBuffer: 16 * 1024 * 1024 })));
const commands = commandsOf(readFileSync(join(root, "demo-site/docs/cli.md"), "utf8"));
const everyOption = new Set([...commands.values()].flatMap((options) => [...options]));
const variables = new Set(["collector/src", "capture-wasm/build", "demo-site", "tests"].flatMap(variablesOf));
/** Marks of other chats that are read. */
const finder = readdirSync(join(root, "capture-wasm/js/find")).map((name) => readFileSync(join(root, "capture-wasm/js/find", name), "utf8")).join("\n");

/** `Map(command → Set(options))`, from the page that a test holds to the binary. */
function commandsOf(page) {
  const sections = page.split(/^## tacit /m).slice(1);
  return new Map(sections.map((section) => [section.split("\n")[0], new Set([...section.matchAll(/^\| `(--[\w-]+)/gm)].map(([, option]) => option))]));
}

function variablesOf(folder) {
  const files = readdirSync(join(root, folder), { recursive: true }).filter((name) => /\.(rs|mjs|py)$/.test(name) && !/node_modules|\.test\./.test(name));
  return files.flatMap((name) => readFileSync(join(root, folder, name), "utf8").match(/\bTACIT_[A-Z_]+/g) ?? []);
}

/** `[{ line, code }]` of a page's sentences and tables. */
export function spansOf(markdown) {
  let fenced = false;
  return markdown.split("\n").flatMap((text, at) => {
    if (/^ *```/.test(text)) fenced = !fenced;
    return fenced ? [] : [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => ({ line: at + 1, code }));
  });
}

/** What is wrong with a span; null if nothing is, or it is none of these. */
export function wrongSpan(code) {
  if (/^tacit [a-z]/.test(code)) return wrongCommand(code);
  if (/^--[a-z]/.test(code)) return wrongOption(code.split(/[ =[]/)[0]);
  const request = code.match(/^(GET|POST|DELETE|HEAD|OPTIONS) (\/[^\s?]*)(?:\?(\S*))?/);
  if (request) return wrongRequest(request);
  if (/^data-[a-z-]+(="[^"]*")?$/.test(code)) return wrongAttribute(code.split("=")[0]);
  if (/^TACIT_[A-Z_]+(=|$)/.test(code)) return variables.has(code.split("=")[0]) ? null : `nothing reads ${code}`;
  if (/^(capture-wasm|collector|demo-site|signals|tests)\/[\w./-]+$/.test(code) && !code.startsWith("capture-wasm/dist")) {
    const there = [code, `${code}.rs`, `${code}.mjs`].some((path) => existsSync(join(root, path)));
    return there ? null : `${code} is not in the repository`;
  }
  return null;
}

function wrongCommand(code) {
  const words = code.split(/\s+/).slice(1);
  const options = commands.get(words.slice(0, 2).join(" ")) ?? commands.get(words[0]);
  const isGroup = [...commands.keys()].some((name) => name.startsWith(`${words[0]} `));
  if (!options) return (isGroup && words.length === 1) || words[0] === "help" ? null : `there is no ${code}`;
  const named = words.map((word) => word.match(/--[a-z][\w-]*/)?.[0]).filter(Boolean);
  const unknown = named.find((option) => !options.has(option) && !FOREIGN.test(option));
  return unknown ? `tacit ${words[0]} has no ${unknown}` : null;
}

/** Short forms are in no list, but the binary knows them. */
function wrongOption(option) {
  const isShort = () => [...commands.keys()].some((name) => spawnSync(process.env.TACIT_BIN, [...name.split(" "), option, "1", "--help"]).status === 0);
  return everyOption.has(option) || FOREIGN.test(option) || isShort() ? null : `no command has ${option}`;
}

function wrongRequest([, method, path, query = ""]) {
  // Routes of the demo's own server and of others, and paths with a gap.
  if (/^\/(api|config\.json|docs|feedback)|…/.test(path)) return null;
  const names = query.split("&").map((pair) => pair.split("=")[0]);
  return api.wrongRequest(method, path, names.filter((name) => /^\w+$/.test(name)));
}

function wrongAttribute(attribute) {
  const name = attribute.slice("data-".length);
  const option = name.replaceAll(/-(\w)/g, (_, letter) => letter.toUpperCase());
  return MARKS.includes(name) || OPTIONS.includes(option) || [attribute, `"${name}"`].some((text) => finder.includes(text)) ? null : `no option or mark is called ${attribute}`;
}
