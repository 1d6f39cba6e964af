// Both stores at several sizes: what filling, keeping and reading them takes, and how that
// grows.
//
// A directory that is kept has the data directory `SIZE/sqlite`, and of the same signals
// `SIZE/clickhouse/`, where the collector's directory and the server's are. What filling took
// stands in `SIZE/NAME.filled.json`; what was found of each stays in `SIZE/NAME.figures.json`,
// and stands for a store that was removed to make room.

import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { say } from "../../../capture-wasm/build/tools.mjs";
import { servers } from "../../clickhouse/servers.mjs";
import { environment } from "../collector.mjs";
import { forget, measured } from "../measured.mjs";
import { OTHERS, OURS } from "../plots.mjs";
import { hashOf } from "../read.mjs";
import { slope } from "../suites/fold.mjs";

/** `room`: bytes a signal takes with the log while it is filled, and merged, and labelled. */
const SQLITE = { name: "sqlite", data: "sqlite", room: 1_000, color: OURS };
const CLICKHOUSE = { name: "clickhouse", data: "clickhouse/collector", servers: "clickhouse/servers", room: 600, color: OTHERS[1] };
const STORES = [SQLITE, CLICKHOUSE];

/** A person is called by a key of the project, which is random. */
const SUBJECT = /"subject":"s_\w+"/;

const sized = (signals) => `${Number(signals.toPrecision(3)).toLocaleString("en")} signals`;

/** What is measured of a store of each size; `of` is what `looked` finds. */
const EACH = [
  { key: "fill", what: "filled, a signal: processor time", unit: "µs", limit: "making it up", of: ({ fill, signals }) => (fill / signals) * 1e6 },
  { key: "disk", what: "on disk, a signal", unit: "B", limit: "kind, time, number and answer: some 8", of: ({ bytes, signals }) => bytes / signals },
  { key: "parts", what: "parts that were inserted, a million signals", isCompared: false, of: ({ parts, signals }) => parts && (parts / signals) * 1e6 },
  { key: "labels", what: "all labels", unit: "s", limit: "the same bytes read", of: ({ seconds }) => seconds },
  { key: "cpu", what: "all labels: processor time", unit: "s", limit: "the same bytes read", of: ({ cpu }) => cpu },
  { key: "memory", what: "all labels: most memory of `tacit`", unit: "MB", limit: "does not depend on it", of: ({ memory }) => memory / 1e6 },
  { key: "server", what: "all labels: most memory of the server", unit: "MB", limit: "does not depend on it", isCompared: false, of: ({ server }) => server && server / 1e6 },
  { key: "same", what: "labels that are sqlite's to the byte, but for people's names", limit: "1", isCompared: false, of: ({ isSame }) => isSame },
];
/** Of which the growth is told, with what could be no better. */
const GROWING = [
  { key: "fill", what: "processor time to fill", limit: "1: all of it is written", of: ({ fill }) => fill },
  { key: "disk", what: "bytes on disk", limit: "1", of: ({ bytes }) => bytes },
  { key: "labels", what: "time of all labels", limit: "1: all of it is read", of: ({ seconds }) => seconds },
  { key: "cpu", what: "processor time of all labels", limit: "1", of: ({ cpu }) => cpu },
  { key: "memory", what: "memory of `tacit`", limit: "0", of: ({ memory }) => memory },
  { key: "server", what: "memory of the server", limit: "0", of: ({ server }) => server },
];

export const growthTable = {
  name: "stores-growth",
  title: "Growth of both stores",
  about:
    "The same signals, that `tacit simulate` makes up and folds in on one thread, in stores of several sizes; then a file of all labels by `tacit export --format labels`, from the disk: what the kernel had kept is dropped before. The server is as it is without being told, on the same cores, and has merged what it wanted to merge. Processor time is of `tacit` and of the server. Disk is what the store takes, its log left out. A part is what one insert into one table is: a server merges them, and how many come a second is what it minds. The exponent is the slope of a straight line through the logarithms: 1 where it grows in proportion, 0 where it does not grow. At the smallest sizes a program's start weighs in.",
  base: SQLITE.name,
  measures: [],
  plot: {
    title: "Processor time to fill a store, and to label all that is in it, seconds",
    lines: {
      x: "signals",
      series: (products) =>
        products.flatMap(({ name, color, looks }) => [
          { name: `${name}, labels`, color, points: looks.map(({ signals, cpu }) => [signals, cpu]) },
          { name: `${name}, filled`, color, isDashed: true, points: looks.map(({ signals, fill }) => [signals, fill]) },
        ]),
    },
  },
};

/**
 * The products of the second table, of stores of these `sizes` in `kept`. `directory` is for
 * what is written on the way.
 */
export async function grown(bin, directory, kept, sizes) {
  const looks = new Map(STORES.map((store) => [store, []]));
  for (const size of sizes) {
    const place = join(kept, `${size}`);
    mkdirSync(place, { recursive: true });
    const found = [];
    for (const store of STORES) found.push(await figures(bin, directory, place, store, size));
    for (const [i, { hash, ...look }] of found.entries()) looks.get(STORES[i]).push({ ...look, isSame: Number(hash === found[0].hash) });
    if (found[0].hash !== found[1].hash) {
      say("  the labels of the two stores differ");
      process.exitCode = 1;
    }
    if (kept.startsWith(directory)) rmSync(place, { recursive: true });
  }
  growthTable.measures = [
    ...EACH.flatMap((measure) => sizes.map((size, i) => ({ ...measure, key: `${measure.key}${i}`, what: `${sized(size)}: ${measure.what}` }))),
    ...GROWING.map((measure) => ({ ...measure, key: `${measure.key}Growth`, what: `${measure.what}: exponent`, isCompared: false })),
  ];
  return STORES.map((store) => productOf(store, looks.get(store)));
}

function productOf({ name, color }, looks) {
  const each = EACH.flatMap(({ key, of }) => looks.map((look, i) => [`${key}${i}`, of(look)]));
  const growing = GROWING.map(({ key, of }) => [`${key}Growth`, slope(looks.map((look) => [look.signals, of(look)]).filter(([, value]) => value > 0))]);
  const { version } = looks[0];
  return { name, color, looks, note: version && `one collector and one server of ClickHouse ${version}`, values: Object.fromEntries([...each, ...growing]) };
}

/** What is found of a store of a size, filled if it is not there; or was, if it is there no more. */
async function figures(bin, directory, place, store, size) {
  const file = join(place, `${store.name}.figures.json`);
  if (existsSync(file) && !existsSync(join(place, store.data))) {
    say(`${sized(size)}, ${store.name}: as it was found before`);
    return JSON.parse(readFileSync(file, "utf8"));
  }
  await fill(bin, place, store, size);
  say(`${sized(size)}, ${store.name}: labels …`);
  const look = await looked(bin, place, store, join(directory, "labels.ndjson"));
  say(`  ${look.seconds.toFixed(1)} s`);
  writeFileSync(file, JSON.stringify(look));
  return look;
}

/** Fills a store, unless that was done. */
async function fill(bin, place, store, size) {
  const data = join(place, store.data);
  if (existsSync(data)) {
    if (filled(place, store)) return;
    throw new Error(`${data} is there, and was not filled to its end: remove it`);
  }
  const { bavail, bsize } = statfsSync(place);
  const needed = size * store.room;
  if (bavail * bsize < needed) throw new Error(`${needed} bytes are needed in ${place}, there are ${bavail * bsize}`);
  say(`${sized(size)}, ${store.name}: filling …`);
  const house = store.servers && (await servers(join(place, store.servers), 1));
  try {
    const args = ["simulate", "--data", data, "--signals", `${size}`, "--end", `${endOf(place)}`, "--json"];
    const { cpu, stdout } = await measured("python3", [bin, ...args], { env: environment(house?.store) });
    const { signals, end } = JSON.parse(stdout);
    writeFileSync(join(place, `${store.name}.filled.json`), JSON.stringify({ signals, end, cpu: cpu + (house?.cpu() ?? 0) }));
  } finally {
    await house?.stop();
  }
}

/** What was written down of a store that is filled: how many signals, up to when, and what it took. */
function filled(place, { name }) {
  const file = join(place, `${name}.filled.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/** When the days end that are made up: for both stores of a size the same. */
function endOf(place) {
  const known = STORES.map((store) => filled(place, store)).find(Boolean);
  return known ? known.end : Date.now();
}

/** What there is to know of a store that is filled: times in seconds, memory and disk in bytes. */
async function looked(bin, place, store, out) {
  const { signals, end, cpu: fill } = filled(place, store);
  const data = join(place, store.data);
  if (store.servers) await settled(join(place, store.servers));
  for (const file of filesOf(join(place, store.servers ?? store.data))) forget(file);
  const house = store.servers && (await servers(join(place, store.servers), 1));
  try {
    const [bytes, parts] = house ? [await house.bytes(), await house.inserted()] : [statSync(join(data, "tacit.sqlite")).size];
    const before = house?.cpu() ?? 0;
    const args = ["export", "--data", data, "--as-of", `${end}`, "--format", "labels", "--trust", "claimed", "--out", out];
    const { seconds, cpu, memory } = await measured("python3", [bin, ...args], { env: environment(house?.store) });
    const [server, more] = house ? [await house.memory(), house.cpu() - before] : [undefined, 0];
    return { signals, fill, bytes, parts, seconds, cpu: cpu + more, memory, server, version: house?.version, hash: await hashOf(out, SUBJECT) };
  } finally {
    await house?.stop();
    rmSync(out, { force: true });
  }
}

/** Has a server merge what it wants to, and ends it. */
async function settled(place) {
  const house = await servers(place, 1);
  try {
    await house.quiet();
  } finally {
    await house.stop();
  }
}

function filesOf(directory) {
  const found = readdirSync(directory, { recursive: true, withFileTypes: true });
  return found.filter((one) => one.isFile()).map((one) => join(one.parentPath ?? one.path, one.name));
}
