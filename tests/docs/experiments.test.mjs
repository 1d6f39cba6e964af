// demo-site/docs/experiments.md: the lines of Python and of TypeScript that assign and register say
// the same of everybody.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { build } from "esbuild";
import { codeOf } from "../../capture-wasm/build/document.mjs";
import { root } from "../../capture-wasm/build/tools.mjs";

const PAGE = "demo-site/docs/experiments.md";
const PEOPLE = Array.from({ length: 60 }, (_, n) => `u-${n}`);
const run = promisify(execFile);

/** What was registered of each, by their pseudonym: version of the prompt and arms. */
const told = (stdout) => Object.fromEntries(stdout.trim().split("\n").map((line) => JSON.parse(line)).map((it) => [it.subject, { version: it.prompt_version, arms: it.arms }]));

test("both languages give everybody the prompt of their arm, and register it", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "tacit-docs-"));
  t.after(() => rmSync(folder, { recursive: true }));

  const [plan, use] = codeOf(PAGE, "python").split("\n\n");
  const around = `import json
from types import SimpleNamespace as Some
WARM, PLAIN = Some(version="warm@1"), Some(version="plain@1")
model = lambda prompt, question: Some(id="o-1", text="An answer.")
register = lambda output: print(json.dumps(output))
question = "?"
`;
  const each = use.split("\n").map((line) => `    ${line}`).join("\n");
  writeFileSync(join(folder, "use.py"), `${codeOf("signals/ASSIGN.md", "python")}\n${around}\n${plan}\nfor user in [Some(pseudonym=p) for p in ${JSON.stringify(PEOPLE)}]:\n${each}\nprint(json.dumps(PLAN))\n`);
  const lines = (await run("python3", [join(folder, "use.py")])).stdout.trim().split("\n");
  const python = told(lines.slice(0, -1).join("\n"));

  const [imports, ...body] = codeOf(PAGE, "ts").split("\n\n");
  const source = `${imports}
const WARM = { version: "warm@1" }, PLAIN = { version: "plain@1" }, id = "o-1", output = "An answer.";
const plan = ${lines.at(-1)};
const register = async (output: object) => console.log(JSON.stringify(output));
for (const pseudonym of ${JSON.stringify(PEOPLE)}) { const user = { pseudonym }; ${body.join("\n\n")} }`;
  writeFileSync(join(folder, "use.ts"), source);
  const alias = { "tacit-capture/assign": join(root, "capture-wasm/js/assign.js") };
  await build({ entryPoints: [join(folder, "use.ts")], outfile: join(folder, "use.mjs"), bundle: true, format: "esm", alias, logLevel: "silent" });
  const script = told((await run(process.execPath, [join(folder, "use.mjs")])).stdout);

  assert.deepEqual(script, python);
  assert.equal(Object.keys(python).length, PEOPLE.length);
  const arms = new Set(Object.values(python).map(({ version, arms }) => `${version} ${arms.tone}`));
  assert.deepEqual([...arms].sort(), ["plain@1 holdout", "plain@1 plain", "warm@1 warm"]);
});
