// `npm start` as a newcomer meets it: one command, a page that works, Ctrl-C.

import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../capture-wasm/build/tools.mjs";
import { expect, test } from "@playwright/test";
import { isAsShown, stepsOf, Terminal } from "../docs/transcript.mjs";
import { Person } from "./person.mjs";
import { freePort } from "./ports.mjs";

const groups = new Set();
test.afterEach(() => groups.forEach((group) => process.kill(-group, "SIGKILL")));

test("starts, works, stops by Ctrl-C, and knows everything when it starts again", async ({ page }) => {
  // Where nothing is built yet, the first start builds it.
  test.setTimeout(600_000);
  const data = await mkdtemp(join(tmpdir(), "tacit-start-"));
  const ports = [await freePort(), await freePort()];

  const first = await start(data, ports);
  const person = new Person(page);
  await person.visit(`http://127.0.0.1:${ports[1]}/`);
  const id = await person.ask("python please");
  await person.press("Good response");
  await person.page.goto("about:blank");
  const keys = JSON.parse(await readFile(join(data, "dev-keys.json"), "utf8"));
  expect((await stat(join(data, "dev-keys.json"))).mode & 0o777).toBe(0o600);
  expect(first.said()).toContain(keys.secret);
  const headers = { authorization: `Bearer ${keys.secret}` };
  const known = async () => (await fetch(`http://127.0.0.1:${ports[0]}/v1/outputs/${id}`, { headers })).json();
  const kinds = async () => ((await known()).signals ?? []).map(({ kind }) => kind);
  // A beacon is on its way until the collector has it; what it has, it keeps.
  await expect.poll(kinds).toContain("rated");
  expect(await first.interrupt()).toBe(0);

  const again = await start(data, ports);
  expect(again.said()).toContain("dist is up to date");
  expect(again.said()).not.toContain("making keys");
  expect(await kinds()).toContain("rated");
  expect((await known()).output.output.length).toBeGreaterThan(100);
  const demo = await fetch(`http://127.0.0.1:${ports[0]}/demo/`, { redirect: "manual" });
  expect(demo.headers.get("location")).toBe(`http://127.0.0.1:${ports[1]}/`);
  expect(await again.interrupt()).toBe(0);
  await rm(data, { recursive: true });
});

test("demo-site/docs/quick-start.md holds, word for word", async ({ page, context }) => {
  test.setTimeout(600_000);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  // Where the page is read: the root of a clone that was built.
  const folder = await mkdtemp(join(tmpdir(), "tacit-quick-"));
  await mkdir(join(folder, "target/release"), { recursive: true });
  await symlink(process.env.TACIT_BIN, join(folder, "target/release/tacit"));
  const ports = [await freePort(), await freePort()];
  const here = (text) => text.replaceAll("127.0.0.1:8787", `127.0.0.1:${ports[0]}`).replaceAll("127.0.0.1:8788", `127.0.0.1:${ports[1]}`);
  const [first, ...steps] = stepsOf("demo-site/docs/quick-start.md");

  expect(first.code).toBe("npm start\n");
  const running = await start(join(folder, "data"), ports);
  await expect.poll(() => isAsShown(running.said(), here(first.expected)), { message: `${first.line}: ${running.said()}` }).toBe(true);

  const person = new Person(page);
  await person.visit(`http://127.0.0.1:${ports[1]}/`);
  const id = await person.ask("Write a Python script that totals a CSV file");
  await person.press("Copy");
  const { secret } = JSON.parse(await readFile(join(folder, "data/dev-keys.json"), "utf8"));
  const ask = async (path) => (await fetch(`http://127.0.0.1:${ports[0]}${path}`, { headers: { authorization: `Bearer ${secret}` } })).json();
  await expect.poll(async () => (await ask(`/v1/outputs/${id}`)).label?.state).toBe("positive");

  const terminal = new Terminal(folder);
  for (const { line, code, expected } of steps) {
    const printed = await terminal.run(here(code));
    if (expected !== null) expect(isAsShown(printed, expected), `quick-start.md:${line} prints\n${printed}`).toBe(true);
    // What was acknowledged is stored a moment later.
    await expect.poll(async () => (await ask("/v1/ledger")).events.waiting).toBe(0);
  }
  const rows = (await readFile(join(folder, "kto/train.jsonl"), "utf8")).trim().split("\n").map((row) => JSON.parse(row));
  expect(new Set(rows.map(({ label }) => label))).toEqual(new Set([true, false]));
  expect(await running.interrupt()).toBe(0);
  await rm(folder, { recursive: true });
});

async function start(data, [port, demoPort]) {
  const env = { ...process.env, TACIT_DATA: data, TACIT_PORT: String(port), TACIT_DEMO_PORT: String(demoPort) };
  // A group of its own, which Ctrl-C in a terminal would reach as a whole.
  const child = spawn(process.execPath, ["demo-site/start.mjs"], { cwd: root, env, detached: true });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (said += bytes));
  groups.add(child.pid);
  const ended = new Promise((resolve) => child.on("close", resolve)).finally(() => groups.delete(child.pid));
  await expect.poll(() => said, { timeout: 500_000 }).toContain("ready; Ctrl-C stops it");
  return {
    said: () => said,
    interrupt: () => {
      process.kill(-child.pid, "SIGINT");
      return ended;
    },
  };
}
