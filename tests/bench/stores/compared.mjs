// One store after the other: visits in, labels out.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { say } from "../../../capture-wasm/build/tools.mjs";
import { servers } from "../../clickhouse/servers.mjs";
import { environment, started, tacit } from "../collector.mjs";
import { measured } from "../measured.mjs";
import { linesOf } from "../read.mjs";
import { ANSWERS_PER_EVENT, drained } from "../visits.mjs";

const PROJECT = "bench";
/** `shards`: 0 is a file of the first collector's. */
const STORES = [
  { name: "sqlite", collectors: 1, shards: 0 },
  ...[1, 2].flatMap((shards) => [1, 2].map((collectors) => ({ name: `${collectors} ${collectors > 1 ? "collectors" : "collector"}, ${shards} ${shards > 1 ? "shards" : "shard"}`, collectors, shards }))),
];

/** The products of the first table. */
export async function compared(bin, directory, signals, rounds) {
  const found = STORES.map(() => []);
  let version;
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < STORES.length; turn += 1) {
      const i = (turn + round) % STORES.length;
      say(`${signals.toLocaleString("en")} signals, ${STORES[i].name} …`);
      const place = join(directory, "compared");
      const one = await once(bin, place, STORES[i], signals, round);
      version ??= one.version;
      found[i].push(one);
      rmSync(place, { recursive: true, force: true });
    }
  }
  return STORES.map(({ name, shards }, i) => {
    const of = (key) => found[i].map((one) => one[key]);
    return {
      name,
      note: noteOf(name, shards, version),
      values: { ingest: of("ingest"), labels: of("labels"), memory: of("memory"), server: shards ? of("server") : undefined },
    };
  });
}

function noteOf(name, shards, version) {
  if (shards === 0) return "one collector with its file";
  return name === "1 collector, 1 shard" ? `a server of ClickHouse ${version} a shard, as it is without being told; so the others` : undefined;
}

/** A store filled and read once. */
async function once(bin, place, { collectors, shards }, signals, round) {
  const datas = Array.from({ length: collectors }, (_, i) => join(place, `collector-${i}`));
  for (const data of datas) mkdirSync(data, { recursive: true });
  const house = shards ? await servers(join(place, "servers"), shards) : undefined;
  try {
    const { sent, seconds } = await filled(bin, datas, house?.store, signals, round);
    house?.forget();
    const out = join(place, "labels.ndjson");
    const args = ["export", "--data", datas[0], "--format", "labels", "--trust", "claimed", "--out", out];
    const exported = await measured("python3", [bin, ...args], { env: environment(house?.store) });
    const labels = await linesOf(out);
    if (labels !== Math.round(sent * ANSWERS_PER_EVENT)) throw new Error(`${labels} labels of ${sent * ANSWERS_PER_EVENT} answers`);
    return {
      version: house?.version,
      ingest: sent / seconds,
      labels: sent / exported.seconds,
      memory: exported.memory / 1e6,
      server: house && (await house.memory()) / 1e6,
    };
  } finally {
    await house?.kill();
  }
}

/** Sends all there is, and looks into the ledger once the collectors have ended. */
async function filled(bin, datas, store, signals, round) {
  const key = (kind) => tacit(bin, ["keys", "create", "--project", PROJECT, "--kind", kind], datas[0], store).key;
  const [secret, publishable] = [key("secret"), key("publishable")];
  const running = [];
  let sending;
  try {
    for (const data of datas) running.push(await started(bin, data, secret, { store }));
    sending = await drained(running, publishable, signals, round);
  } finally {
    await Promise.all(running.map((one) => one.stop()));
  }
  const { events } = tacit(bin, ["ledger", "--project", PROJECT], datas[0], store);
  if (events.stored !== sending.sent || events.duplicate !== 0) {
    throw new Error(`${sending.sent} events were acknowledged, and the ledger has ${JSON.stringify(events)}`);
  }
  return sending;
}
