// ClickHouse servers for programs in JavaScript, on free ports of the loopback: one, or several that are
// the shards of a cluster. `tests/src/clickhouse.rs` is its twin in Rust; these have what a
// server has by default wherever that makes it faster or slower, as the benchmark needs.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

const PROGRAM = "clickhouse-server";
const PATH = `${process.env.PATH}:/usr/sbin`;
const CLUSTER = "facts";
const DATABASE = "tacit";
const PASSWORD = "bench";
/** How long one may take to answer: parts of a large store are read at its start. */
const START_MS = 120_000;
/** How long parts that are merged may keep the figures waiting, and how often that is looked at. */
const MERGES_MS = 900_000;
const LOOK_MS = 500;
/** Looks in a row that find no merge: between two of them one may begin. */
const LOOKS_QUIET = 6;
/** USER_HZ, the same on every machine that Linux knows. */
const TICKS_PER_SECOND = 100;

/**
 * Says the server's process id, and ends it once nobody holds the other end of its input: by the
 * signal that a line says, as ending in good order takes it eight seconds.
 */
const KEEPER = `trap '' INT
"$1" --config-file="$2/config.xml" >"$2/out" 2>&1 &
echo $!
read -r how
kill -"\${how:-TERM}" $!
wait $!`;

/** Whether there is such a server on this machine. */
export const isInstalled = () => PATH.split(":").some((place) => existsSync(join(place, PROGRAM)));

/**
 * Starts `shards` servers that keep everything in directories of `directory`, and waits until
 * they answer. What is there already is used again.
 */
export async function servers(directory, shards) {
  const ports = await freePorts(2 * shards);
  const own = Array.from({ length: shards }, (_, i) => ({ http: ports[2 * i], tcp: ports[2 * i + 1] }));
  const all = await Promise.all(own.map((one, i) => server(join(directory, `${i}`), one, own)));
  const hosts = own.map(({ http }) => `127.0.0.1:${http}`).join(",");
  const sum = async (what) => (await Promise.all(all.map(what))).reduce((total, one) => total + one, 0);
  return {
    store: `clickhouse://default:${PASSWORD}@${hosts}/${DATABASE}${shards > 1 ? `?cluster=${CLUSTER}` : ""}`,
    /** Of each server, on the loopback. */
    ports: own,
    /** What the first server answers to a statement. */
    ask: (statement) => all[0].ask(statement),
    version: await all[0].ask("SELECT version()"),
    /** Bytes on disk of the parts that are in use, and how many parts inserts have made. */
    bytes: () => sum(async (one) => Number(await one.ask(`SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = '${DATABASE}'`))),
    inserted: () => sum(async (one) => Number(await one.ask(INSERTED))),
    /** Returns once no parts are being merged. */
    quiet: () => Promise.all(all.map((one) => one.quiet())),
    /** The most memory they had, in bytes, since `forget`. */
    memory: () => sum(async (one) => one.memory()),
    forget: () => all.forEach((one) => one.forget()),
    /** Processor time they took since their start, in seconds. */
    cpu: () => all.reduce((total, one) => total + one.cpu(), 0),
    stop: () => Promise.all(all.map((one) => one.stop("TERM"))),
    /** Where nobody needs any more what they keep. */
    kill: () => Promise.all(all.map((one) => one.stop("KILL"))),
  };
}

/** A part has the numbers of the inserts that are in it, from 1 on in each table. */
const INSERTED = `SELECT sum(last) FROM (SELECT max(max_block_number) AS last FROM system.parts WHERE database = '${DATABASE}' GROUP BY table)`;

async function server(place, { http, tcp }, all) {
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "config.xml"), config(place, http, tcp, all));
  writeFileSync(join(place, "users.xml"), USERS);
  const keeper = spawn("sh", ["-c", KEEPER, "sh", PROGRAM, place], { env: { ...process.env, PATH }, stdio: ["pipe", "pipe", "ignore"] });
  const ended = new Promise((resolve) => keeper.once("close", resolve));
  const [pid] = await firstLine(keeper.stdout);
  const ask = async (statement) => {
    const headers = { "X-ClickHouse-User": "default", "X-ClickHouse-Key": PASSWORD };
    const answer = await fetch(`http://127.0.0.1:${http}/`, { method: "POST", headers, body: statement });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${statement}: ${text}`);
    return text.trim();
  };
  const until = performance.now() + START_MS;
  while (!(await ask("SELECT 1").catch(() => undefined))) {
    if (performance.now() > until || !isThere(pid)) throw new Error(`${PROGRAM} does not start: see ${place}/out and ${place}/errors`);
    await sleep(50);
  }
  return {
    ask,
    async quiet() {
      const limit = performance.now() + MERGES_MS;
      for (let looks = 0; looks < LOOKS_QUIET; await sleep(LOOK_MS)) {
        looks = Number(await ask("SELECT count() FROM system.merges")) === 0 ? looks + 1 : 0;
        if (performance.now() > limit) throw new Error(`${PROGRAM} is still merging parts`);
      }
    },
    memory: () => Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) * 1024,
    forget: () => writeFileSync(`/proc/${pid}/clear_refs`, "5"),
    cpu: () => ticks(readFileSync(`/proc/${pid}/stat`, "utf8")) / TICKS_PER_SECOND,
    async stop(signal) {
      keeper.stdin.end(`${signal}\n`);
      await ended;
    },
  };
}

/** Of a process, in its own code and in the kernel: what the fields behind its name say. */
function ticks(stat) {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

async function firstLine(stream) {
  for await (const line of createInterface({ input: stream })) return [line];
  throw new Error("the shell ended");
}

const isThere = (pid) => readdirSync("/proc").includes(pid);

async function freePorts(count) {
  const found = await Promise.all(
    Array.from({ length: count }, async () => {
      const one = createServer().listen(0, "127.0.0.1");
      await new Promise((resolve) => one.once("listening", resolve));
      return one;
    }),
  );
  return Promise.all(found.map((one) => new Promise((resolve) => {
    const { port } = one.address();
    one.close(() => resolve(port));
  })));
}

/** Parts that were merged go after a second, so that the disk holds what the figures say. */
function config(place, http, tcp, all) {
  const shard = ({ tcp }) => `<shard><replica><host>127.0.0.1</host><port>${tcp}</port><user>default</user><password>${PASSWORD}</password></replica></shard>`;
  return `<yandex>
  <logger><level>warning</level><log>${place}/log</log><errorlog>${place}/errors</errorlog></logger>
  <http_port>${http}</http_port>
  <tcp_port>${tcp}</tcp_port>
  <listen_host>127.0.0.1</listen_host>
  <path>${place}/data/</path>
  <tmp_path>${place}/tmp/</tmp_path>
  <mark_cache_size>5368709120</mark_cache_size>
  <merge_tree><old_parts_lifetime>1</old_parts_lifetime></merge_tree>
  <users_config>users.xml</users_config>
  <default_profile>default</default_profile>
  <default_database>default</default_database>
  <remote_servers><${CLUSTER}>${all.map(shard).join("")}</${CLUSTER}></remote_servers>
</yandex>
`;
}

const USERS = `<yandex>
  <profiles><default></default></profiles>
  <users><default>
    <password>${PASSWORD}</password>
    <networks><ip>127.0.0.1</ip></networks>
    <profile>default</profile><quota>default</quota>
  </default></users>
  <quotas><default></default></quotas>
</yandex>
`;
