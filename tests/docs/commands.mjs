// Whether a command in the documentation can be given: the binary itself is asked about `tacit`,
// its OpenAPI document about `curl`, the repository about everything of its own.

import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../../capture-wasm/build/tools.mjs";
import { Api } from "./api.mjs";
import { commandsOf, plainCommand } from "./shell.mjs";

const run = promisify(execFile);
const TACIT = process.env.TACIT_BIN;
if (!TACIT) throw new Error("TACIT_BIN is not set: run these tests by `npm test -- docs`");

/** What a system has, and does not depend on Tacit. */
const SYSTEM = /^(export|cd|cp|mv|rm|mkdir|install|sed|cat|echo|kill|true|jq|docker|systemctl|systemd-sysusers|git|python3|php|sqlite3)$/;
/** Values that stand for what only a run knows. */
const STANDS_FOR = { $AS_OF: "2026-11-26", $ID: "b-1", $SK: "sk_1", $TACIT_SECRET_KEY: "sk_1" };
const FOLDERS = /^(capture-wasm|collector|demo-site|signals|tests)\//;

let api = null;
const answers = new Map();

/** What is wrong with the commands of `code`: a list of sentences, empty if nothing is. */
export async function wrongCommands(code) {
  const wrong = await Promise.all(commandsOf(code).map((words) => wrongCommand(plainCommand(words))));
  return wrong.filter(Boolean);
}

async function wrongCommand(words) {
  const [program, ...args] = words.map((word) => word.replace(/^\$\w+$/, (name) => STANDS_FOR[name] ?? name));
  if (program === undefined) return null;
  const missing = args.find((word) => FOLDERS.test(word) && !word.includes("*") && !isMade(word) && !existsSync(join(root, word)));
  if (missing) return `${missing} is not in the repository`;
  if (/^(.*\/)?tacit$/.test(program)) return wrongTacit(args);
  if (program === "curl") return (await openApi()).wrongCurl(args);
  if (program === "npm") return wrongNpm(args);
  if (program === "node") return null;
  if (program === "cargo") return wrongCargo(args);
  return SYSTEM.test(program) ? null : `nobody told tests/docs/commands.mjs how to check ${program}`;
}

/** What a build puts there. */
const isMade = (path) => path.startsWith("capture-wasm/dist/");

/** The binary reads the options and values before it gets to --help, which keeps it from doing anything. */
function wrongTacit(args) {
  const given = [...args.filter((arg) => arg !== "…"), "--help"];
  const key = given.join("\0");
  if (!answers.has(key)) answers.set(key, run(TACIT, given).then(() => null, ({ stderr }) => `tacit ${args.join(" ")}: ${stderr.split("\n")[0]}`));
  return answers.get(key);
}

async function openApi() {
  api ??= run(TACIT, ["openapi"], { maxBuffer: 16 * 1024 * 1024 }).then(({ stdout }) => new Api(JSON.parse(stdout)));
  return api;
}

function wrongNpm([command, ...args]) {
  const [name, rest] = command === "run" ? [args[0], args.slice(1)] : [command, args];
  if (name === "install") return null;
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  if (!(name in scripts)) return `package.json has no script ${name}`;
  if (!name.startsWith("test")) return null;
  const steps = readFileSync(join(root, "tests/run.mjs"), "utf8");
  const unknown = rest.filter((word) => word !== "--").find((step) => !new RegExp(`^  "?${step}"?: \\{`, "m").test(steps));
  return unknown ? `tests/run.mjs has no step ${unknown}` : null;
}

function wrongCargo(args) {
  const name = args[args.findIndex((arg) => arg === "-p" || arg === "--package") + 1];
  const lock = readFileSync(join(root, "Cargo.lock"), "utf8");
  return lock.includes(`name = "${name}"`) ? null : `there is no package ${name}`;
}
