import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { build, transform } from "esbuild";
import { codeOf } from "../build/document.mjs";
import { assign } from "./assign.js";

const file = (path) => new URL(path, import.meta.url);
const { plans } = JSON.parse(readFileSync(file("../../signals/vectors/assign.json"), "utf8"));
const tone = { name: "tone", holdout: 0.1, traffic: 1, arms: [{ name: "a", weight: 0.5 }, { name: "b", weight: 0.5 }] };

test("the shared vectors hold", async () => {
  let checked = 0;
  for (const { plan, answers } of plans) {
    for (const { subject, ...expected } of answers) {
      assert.deepEqual(await assign(plan, subject), expected, `${plan.name} ${JSON.stringify(subject)}`);
      checked += 1;
    }
  }
  assert.ok(checked > 600, `${checked}`);
});

test("the lines of TypeScript in ASSIGN.md say the same", async () => {
  const { code } = await transform(codeOf("signals/ASSIGN.md", "ts"), { loader: "ts", format: "esm" });
  const lines = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  let checked = 0;
  for (const { plan, answers } of plans) {
    for (const { subject, arm, propensity } of answers) {
      assert.deepEqual(await lines.assign(plan, subject), [arm, propensity], `${plan.name} ${JSON.stringify(subject)}`);
      checked += 1;
    }
  }
  assert.ok(checked > 600, `${checked}`);
});

test("without crypto.subtle nobody gets an arm", async () => {
  const found = Object.getOwnPropertyDescriptor(globalThis, "crypto");
  for (const value of [undefined, {}]) {
    Object.defineProperty(globalThis, "crypto", { value, configurable: true });
    try {
      await assert.rejects(assign(tone, "u-42"), /crypto\.subtle is missing.*HTTPS/);
    } finally {
      Object.defineProperty(globalThis, "crypto", found);
    }
  }
  assert.equal((await assign(tone, "u-42")).arm, "a");
});

test("a plan that no declaration can have is refused by its field", async () => {
  const arms = (...arms) => ({ arms: arms.map(([name, weight]) => ({ name, weight })) });
  const bad = [
    ["name", { name: "tone:arm" }],
    ["name", { name: "" }],
    ["name", { name: "n".repeat(65) }],
    ["name", { name: "two\n" }],
    ["holdout", { holdout: 1 }],
    ["holdout", { holdout: undefined }],
    ["holdout", { holdout: 0.0005 }],
    ["traffic", { traffic: 0 }],
    ["traffic", { traffic: "1" }],
    ["traffic", { traffic: 1 / 3 }],
    ["arms", { arms: undefined }],
    ["arms", arms(["a", 1])],
    ["arms", arms(["a", 0.5], ["holdout", 0.5])],
    ["arms", arms(["a", 0.5], ["a", 0.5])],
    ["arms", arms(["a", 0.5], ["ü", 0.5])],
    ["weight", arms(["a", 0.5], ["b", 0.4])],
    ["weight", arms(["a", 1], ["b", 0])],
  ];
  for (const [field, change] of bad) {
    const refused = { name: "TypeError", message: new RegExp(`^${field}: `) };
    await assert.rejects(assign({ ...tone, ...change }, "u-42"), refused, JSON.stringify(change));
  }
  await assert.rejects(assign(undefined, "u-42"), TypeError);
});

test("what is no text is nobody", async () => {
  for (const subject of ["", undefined, null, 42, "\ud83d", "a\udc00"]) {
    await assert.rejects(assign(tone, subject), { name: "TypeError", message: /^subject: / }, JSON.stringify(subject));
  }
});

test("capture and assignment share no code", async () => {
  const inputs = async (entry) => {
    const options = { bundle: true, write: false, metafile: true, format: "esm", external: ["./core.js"] };
    const built = await build({ ...options, entryPoints: [file(entry).pathname], outdir: "out" });
    return Object.keys(built.metafile.inputs).map((path) => path.split("/").at(-1));
  };
  assert.deepEqual(await inputs("assign.js"), ["assign.js"]);
  assert.ok(!(await inputs("index.js")).includes("assign.js"));
});
