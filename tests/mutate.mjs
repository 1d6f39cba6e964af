// `npm run mutate`: breaks the rules by which answers are found, one small way at a
// time, and runs their unit tests on each. What survives is a rule that no unit test
// holds: it is listed with its line. `npm run mutate -- growth echo` breaks only those.

import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "acorn";
import { root } from "../capture-wasm/build/tools.mjs";

const RULES = join(root, "capture-wasm/js/find");
/** One that works for so long goes on for ever, which is noticed. Of the processor's time: a busy machine is no fault. */
const PATIENCE_S = 20;

/** Tests that need no page. */
const QUICK = new Set(["comings.test.mjs", "echo.test.mjs", "ids.test.mjs"]);

const OTHERS = { "===": "!==", "!==": "===", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "&&": "||", "||": "&&", "??": "&&", "+": "-", "-": "+", "*": "/" };

/** What of a file may be otherwise: [start, end, instead]. */
function mutants(text) {
  const found = [];
  const source = ({ start, end }) => text.slice(start, end);
  const visit = (node) => {
    const instead = (text) => found.push([node.start, node.end, text]);
    if (node.type === "BinaryExpression" || node.type === "LogicalExpression") {
      const other = OTHERS[node.operator];
      // Texts are joined, never subtracted.
      const isText = [node.left, node.right].some(({ type, value }) => type === "TemplateLiteral" || typeof value === "string");
      if (other && !(isText && node.operator === "+")) instead(`(${source(node.left)}) ${other} (${source(node.right)})`);
    }
    if (node.type === "IfStatement") for (const value of ["true", "false"]) found.push([node.test.start, node.test.end, value]);
    if (node.type === "ConditionalExpression") for (const value of ["true", "false"]) found.push([node.test.start, node.test.end, value]);
    if (node.type === "UnaryExpression" && node.operator === "!") instead(source(node.argument));
    if (node.type === "Literal" && typeof node.value === "boolean") instead(String(!node.value));
    if (node.type === "Literal" && typeof node.value === "number") instead(String(node.value + 1));
    if (node.type === "UpdateExpression") instead(node.operator === "++" ? source(node).replace("++", "--") : source(node).replace("--", "++"));
    if (node.type === "ExpressionStatement" && node.expression.type === "CallExpression") instead(";");
    for (const [key, value] of Object.entries(node)) {
      if (key === "parent") continue;
      for (const child of [value].flat()) if (child && typeof child.type === "string") visit(child);
    }
  };
  visit(parse(text, { ecmaVersion: "latest", sourceType: "module" }));
  return found;
}

/** A copy of js/ in which any file may be broken. */
function workshop() {
  const folder = mkdtempSync(join(tmpdir(), "tacit-mutate-"));
  cpSync(join(root, "capture-wasm/js"), join(folder, "js"), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  return join(folder, "js/find");
}

/** Whether one of the tests notices; the quick ones come first. */
async function isNoticed(folder) {
  const tests = readdirSync(folder).filter((file) => file.endsWith(".test.mjs"));
  tests.sort((a, b) => QUICK.has(b) - QUICK.has(a));
  for (const file of tests) if (await fails(join(folder, file))) return true;
  return false;
}

function fails(file) {
  return new Promise((resolve) => {
    const limited = ["-c", `ulimit -t ${PATIENCE_S}; exec "$0" "$1"`, process.execPath, file];
    const child = execFile("sh", limited, { maxBuffer: 1e8 }, (error) => resolve(Boolean(error)));
    // The first failure will do.
    child.stdout.on("data", (text) => /^ *(?:not ok|✖)/m.test(text) && child.kill());
  });
}

const wanted = process.argv.slice(2);
const files = readdirSync(RULES).filter((file) => file.endsWith(".js") && (wanted.length === 0 || wanted.includes(file.replace(".js", ""))));
const work = files.flatMap((file) => {
  const text = readFileSync(join(RULES, file), "utf8");
  return mutants(text).map(([start, end, instead]) => ({ file, text, start, end, instead }));
});
const total = work.length;
const survivors = [];

async function worker() {
  const folder = workshop();
  if (await isNoticed(folder)) throw new Error("the tests fail on the rules as they are");
  for (let one = work.pop(); one; one = work.pop()) {
    const { file, text, start, end, instead } = one;
    writeFileSync(join(folder, file), text.slice(0, start) + instead + text.slice(end));
    if (!(await isNoticed(folder))) survivors.push(one);
    if (process.stderr.isTTY) process.stderr.write(`\r${total - work.length} of ${total}, ${survivors.length} survive `);
    writeFileSync(join(folder, file), text);
  }
  rmSync(join(folder, "../.."), { recursive: true });
}

await Promise.all(Array.from({ length: availableParallelism() }, worker));
survivors.sort((a, b) => a.file.localeCompare(b.file) || a.start - b.start);
for (const { file, text, start, end, instead } of survivors) {
  const line = text.slice(0, start).split("\n").length;
  console.log(`find/${file}:${line}  ${text.slice(start, end).replaceAll(/\s+/g, " ")}  →  ${instead.replaceAll(/\s+/g, " ")}`);
}
console.log(`${total} mutants of ${files.length} files, ${total - survivors.length} noticed, ${survivors.length} not (${Math.round((100 * (total - survivors.length)) / total)} %)`);
