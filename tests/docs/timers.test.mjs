// What demo-site/docs/push.md and updates.md give to cron and systemd, run as these would run it.

import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { codeOf } from "../../capture-wasm/build/document.mjs";
import { works } from "../../capture-wasm/build/tools.mjs";
import { Collector } from "./collector.mjs";

const TACIT = process.env.TACIT_BIN;
const run = promisify(execFile);

/** A folder that stands for the system's, and its PATH. */
function system(t) {
  const folder = mkdtempSync(join(tmpdir(), "tacit-timers-"));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "bin"));
  symlinkSync(TACIT, join(folder, "bin/tacit"));
  return { folder, path: `${join(folder, "bin")}:/usr/bin:/bin` };
}

/** The lines of a crontab: its environment, and commands with their times; `users` where each names one, as in /etc/cron.d. */
function crontab(text, users = false) {
  const lines = text.trim().split("\n").filter((line) => !line.startsWith("#"));
  const environment = lines.map((line) => line.match(/^(\w+)=(.*)$/)).filter(Boolean);
  const jobs = lines.filter((line) => !/^\w+=/.test(line)).map((line) => {
    const [, times, user, command] = line.match(users ? /^((?:\S+ +){5})(\w+) +(.*)$/ : /^((?:\S+ +){5})()(.*)$/);
    // A day of the week is 0–7; all of these are simple.
    assert.match(times, /^((\*(\/\d+)?|\d+) +){5}$/);
    // To cron an unescaped % is the end of the command.
    assert.doesNotMatch(command, /(?<!\\)%/);
    return { user, command };
  });
  return { environment: Object.fromEntries(environment.map(([, name, value]) => [name, value])), jobs };
}

/** As cron does: a shell, a bare environment, no terminal. */
function byCron(command, { folder, path }, environment = {}) {
  return run("/bin/sh", ["-c", command], { cwd: folder, env: { PATH: path, HOME: folder, ...environment } });
}

test("push.md: every ten minutes", async (t) => {
  const here = system(t);
  const collector = await Collector.open();
  t.after(() => collector.close());
  const trace = "0af7651916cd43dd8448eb211c80319c";
  const headers = { authorization: `Bearer ${collector.secret}`, "content-type": "application/json" };
  const registered = await fetch(`${collector.url}/v1/outputs`, { method: "POST", headers, body: JSON.stringify({ id: "o-1", aliases: [trace] }) });
  assert.equal(registered.status, 200);
  await collector.events("u-42", [{ at: Date.now(), kind: "copied", output: "o-1", chars: 40, share: 1, via: "button" }]);

  const got = [];
  const server = createServer(async (request, response) => {
    got.push({ path: request.url, headers: request.headers, body: JSON.parse(Buffer.concat(await request.toArray())) });
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close().closeAllConnections());

  // Only that this label is of today.
  const [, ...pushes] = codeOf("demo-site/docs/push.md", "toml").split("[[push]]");
  const addressed = pushes.map((push) => `[[push]]\nmature_only = false${push}`).join("").replaceAll(/https:\/\/(langfuse|otlp)\.example/g, `http://127.0.0.1:${server.address().port}`);
  writeFileSync(join(here.folder, "tacit.toml"), `data = ${JSON.stringify(collector.data)}\n${addressed}`);

  const { environment, jobs } = crontab(codeOf("demo-site/docs/push.md", "cron"));
  assert.deepEqual(Object.keys(environment), ["LANGFUSE_SECRET_KEY", "OTLP_KEY"]);
  const [{ command }] = jobs;
  const local = command.replace("/etc/tacit.toml", "tacit.toml").replace("/var/log/", "");
  await byCron(local, here, { LANGFUSE_SECRET_KEY: "sk-lf-1", OTLP_KEY: "otlp-1" });
  const told = JSON.parse(readFileSync(join(here.folder, "tacit-push.log"), "utf8"));
  assert.deepEqual(told.pushes.map(({ push, delivered, status }) => [push, delivered, status]), [["langfuse", 1, "done"], ["otel", 1, "done"]]);
  const [scores, records] = got;
  assert.equal(scores.headers.authorization, `Basic ${Buffer.from("pk-lf-…:sk-lf-1").toString("base64")}`);
  assert.deepEqual([scores.path, scores.body[0].traceId, scores.body[0].value], ["/api/public/scores", trace, 1]);
  assert.equal(records.headers["x-api-key"], "otlp-1");
  // The next one has nothing to say.
  await byCron(local, here, { LANGFUSE_SECRET_KEY: "sk-lf-1", OTLP_KEY: "otlp-1" });
  assert.equal(got.length, 2);
  // “One without its key stops all.”
  await assert.rejects(byCron(local, here, { LANGFUSE_SECRET_KEY: "sk-lf-1" }), ({ code, stderr }) => code === 2 && stderr.includes("OTLP_KEY"));
});

test("updates.md: every hour, by cron and by systemd", async (t) => {
  const here = system(t);
  execFileSync(TACIT, ["simulate", "--data", "data", "--signals", "300"], { cwd: here.folder, stdio: "ignore" });
  const config = codeOf("demo-site/docs/updates.md", "toml").replaceAll("/var/lib/tacit", here.folder);
  writeFileSync(join(here.folder, "tacit.toml"), `data = "data"\n${config}`);
  const local = (command) => command.replace("/etc/tacit/tacit.toml", join(here.folder, "tacit.toml"));

  const [{ user, command }] = crontab(codeOf("demo-site/docs/updates.md", "cron"), true).jobs;
  const { stdout: made } = await byCron(local(command), here);
  assert.match(made, /^prompts: \d{4}-W\d\d made: .*\ntuning: \d{4}-\d\d made: .*\n$/);

  const units = codeOf("demo-site/docs/updates.md", "ini").split(/^# \/etc\/systemd\/system\/(\S+)\n/m).slice(1);
  const names = units.filter((_, n) => n % 2 === 0);
  assert.deepEqual(names, ["tacit-run.service", "tacit-run.timer"]);
  for (const name of names) writeFileSync(join(here.folder, name), units[units.indexOf(name) + 1].replace("/usr/local/bin/tacit", TACIT));
  const [, path, started] = units[1].match(/^ExecStart=(\S+) (.*)$/m);
  assert.equal(path, "/usr/local/bin/tacit");
  assert.ok(units[1].includes(`User=${user}\n`));
  // Made is made.
  const { stdout: again } = await byCron(local(`tacit ${started}`), here);
  assert.doesNotMatch(again, / made: /);
  assert.match(again, /prompts: .*next due/);

  if (!process.env.CI && !works("systemd-analyze", ["--version"])) return t.diagnostic("systemd-analyze is missing: the units were not read");
  const files = names.map((name) => join(here.folder, name));
  const { stdout, stderr } = await run("systemd-analyze", ["verify", "--man=no", ...files]);
  assert.equal(stdout + stderr, "");
});
