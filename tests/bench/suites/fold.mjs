// What labels and exports cost: against reading the same bytes from the disk, and against a
// database that computes the same labels in SQL; and how time and memory grow.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { root, run as command, say, target } from "../../../capture-wasm/build/tools.mjs";
import { environment } from "../../python.mjs";
import { forget, measured } from "../measured.mjs";
import { spread } from "../report.mjs";

const HERE = join(import.meta.dirname, "../fold");
const DUCK = join(HERE, "duck.py");
const PINS = join(HERE, "requirements.txt");
/** What a store, its log and the table of its signals take while one is filled and read. */
const BYTES_PER_SIGNAL = 1_200;
/** What a policy says to screen nobody. */
const SCREEN_OFF = "\n[screen]\nacts_per_minute = 0\nacts_per_hour = 0\nrun_acts = 0\nshare_outputs = 0\nreplays = 0\nguesses = 0\n";

/** Datasets that are exported beside the labels, of stores of so many signals at most. */
const FORMATS = ["trl-kto", "trl-dpo"];
const FORMATS_SIGNALS_MAX = 10_000_000;

const sized = (signals) => `${Number(signals.toPrecision(3)).toLocaleString("en")} signals`;

export const tables = [
  {
    name: "fold",
    title: "Fold and export",
    about:
      "From a store that `tacit simulate` filled (its largest size here) to a file of all labels, one line an answer, by `tacit export --format labels`; every program from its start to its end, reading from the disk: what the kernel had kept of the file is dropped before. *disk* reads the bytes of the store's file and does nothing with them. *duckdb* computes the same labels (state, score, weight, confidence, maturity, rules) by the default policy's rules written in SQL ([labels.sql](fold/labels.sql)), from a Parquet file of the same signals, joined and decoded beforehand, which is not in its time; it leaves out which events a reason rests on, what came late, trust, people, pairs, and the screen. So that both do the same, *tacit* has the screen off; *tacit, screened* is the default. Tacit folds on one thread.",
    measures: [
      { key: "rate", what: "labels: signals a second", more: true, limit: "disk: the same bytes read" },
      { key: "perCore", what: "labels: signals a second of processor time", more: true, limit: "disk", budget: 500_000 },
      { key: "memory", what: "labels: most memory", unit: "MB", limit: "one answer and what is written" },
      { key: "equal", what: "labels equal to Tacit's", unit: "%", limit: "100", isCompared: false },
      ...FORMATS.map((format) => ({ key: format, what: `${format}: signals a second`, more: true, limit: "disk: the same bytes read" })),
      ...FORMATS.map((format) => ({ key: `${format}-memory`, what: `${format}: most memory`, unit: "MB", limit: "one conversation and a run of rows" })),
    ],
    plot: { measure: "rate", title: "Labels: signals a second" },
  },
  {
    name: "growth",
    title: "Growth of fold and export",
    about:
      "The same labels from stores of several sizes. The exponent is the slope of a straight line through the logarithms: 1 where it grows in proportion, 0 where it does not grow. At the smallest sizes a program's start weighs in.",
    measures: [],
    plot: {
      title: "Most memory while labels are exported, MB",
      lines: {
        x: "signals",
        series: (products) => products.map(({ name, growth }) => ({ name, points: growth?.map(({ signals, memory }) => [signals, memory / 1e6]) ?? [] })),
      },
    },
  },
];

export const options = { rounds: 3, signals: [100_000, 300_000, 1_000_000] };

export async function run({ rounds, signals }) {
  const sizes = [signals].flat().toSorted((a, b) => a - b);
  const python = await environment(join(target, "bench/python"), [PINS]);
  await command("cargo", ["build", "--release", "--quiet", "--package", "tacit-facts"]);
  const directory = mkdtempSync(join(tmpdir(), "tacit-fold-"));
  const { bavail, bsize } = statfsSync(directory);
  const needed = sizes.at(-1) * BYTES_PER_SIGNAL;
  if (bavail * bsize < needed) throw new Error(`${needed} bytes are needed in ${directory}, there are ${bavail * bsize}`);
  try {
    const found = [];
    for (const size of sizes) {
      const store = filled(directory, size);
      const isLargest = size === sizes.at(-1);
      const hasFormats = isLargest && size <= FORMATS_SIGNALS_MAX;
      found.push(await compared({ ...store, directory, python, rounds: isLargest ? rounds : 1, hasFormats }));
      rmSync(store.data, { recursive: true, force: true });
    }
    return [productsOf(found), growthOf(found)];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function filled(directory, size) {
  const data = join(directory, "data");
  say(`filling ${data} with ${sized(size)} …`);
  const said = execFileSync(process.env.TACIT_BIN, ["simulate", "--data", data, "--signals", `${size}`, "--json"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const { signals, outputs, end } = JSON.parse(said);
  return { data, signals, outputs, asOf: end };
}

/** Everything that is measured of one store: `{ signals, NAME: { FORMAT: [measured] } }`. */
async function compared({ data, signals, outputs, asOf, directory, python, rounds, hasFormats }) {
  const database = join(data, "tacit.sqlite");
  const file = (name) => join(directory, name);
  writeFileSync(file("unscreened.toml"), readFileSync(join(root, "collector/policies/default.toml"), "utf8") + SCREEN_OFF);
  await measured(python, [join(target, "release/tacit-facts"), data], { out: file("signals.csv") });
  const table = JSON.parse((await measured(python, [python, DUCK, "table", file("signals.csv"), file("signals.parquet")])).stdout);
  if (table.signals !== signals) throw new Error(`${table.signals} of ${signals} signals are in the table`);
  rmSync(file("signals.csv"));

  const exported = (format, out, ...more) => {
    const args = ["export", "--data", data, "--as-of", `${asOf}`, "--format", format, "--out", file(out), ...more];
    return [process.env.TACIT_BIN, ...args];
  };
  const duck = (threads) => [python, DUCK, "labels", file("signals.parquet"), file("theirs.ndjson"), `${asOf}`, `${threads}`];
  const all = availableParallelism();
  const steps = [
    ["disk", "labels", database, ["dd", `if=${database}`, "of=/dev/null", "bs=1M"]],
    ["tacit", "labels", database, exported("labels", "ours.ndjson", "--trust", "claimed", "--policy", file("unscreened.toml"))],
    ["tacit, screened", "labels", database, exported("labels", "screened.ndjson", "--trust", "claimed")],
    ["duckdb", "labels", file("signals.parquet"), duck(all)],
    ["duckdb, 1 thread", "labels", file("signals.parquet"), duck(1)],
    ...(hasFormats ? FORMATS.map((format) => ["tacit, screened", format, database, exported(format, "rows.ndjson")]) : []),
  ];
  const found = {};
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, format, read, step] of steps) {
      say(`${sized(signals)}, ${name}: ${format} …`);
      forget(read);
      ((found[name] ??= {})[format] ??= []).push(await measured(python, step));
    }
  }
  const same = JSON.parse((await measured(python, [python, DUCK, "same", file("ours.ndjson"), file("theirs.ndjson")])).stdout);
  if (same.equal < same.outputs) say(`labels that differ: ${JSON.stringify(same)}`);
  return { signals, outputs, same, version: table.version, bytes: statSync(database).size, of: found };
}

function productsOf(found) {
  const { signals, of, same, version, bytes } = found.at(-1);
  const rate = (runs) => runs?.map(({ seconds }) => signals / seconds);
  const memory = (runs) => runs?.map(({ memory }) => memory / 1e6);
  const notes = {
    disk: `\`dd\` of the ${(bytes / 1e6).toFixed(0)} MB that the store's file has for ${signals.toLocaleString("en")} signals`,
    tacit: "the default policy without its screen",
    "tacit, screened": "the default policy; reads everything once before, to find whom to leave out",
    duckdb: `${version}, all cores; ${same.equal.toLocaleString("en")} of ${same.outputs.toLocaleString("en")} labels are equal to Tacit's in everything both say`,
    "duckdb, 1 thread": "the same on one thread",
  };
  const ours = ["tacit", "tacit, screened", "disk", "duckdb", "duckdb, 1 thread"];
  return ours.map((name) => {
    const { labels, ...formats } = of[name];
    const rows = FORMATS.flatMap((format) => [[format, rate(formats[format])], [`${format}-memory`, memory(formats[format])]]);
    return {
      name,
      note: notes[name],
      values: {
        rate: rate(labels),
        perCore: labels.map(({ cpu }) => signals / cpu),
        memory: name === "disk" ? undefined : memory(labels),
        equal: name === "duckdb" ? (same.equal / same.outputs) * 100 : undefined,
        ...Object.fromEntries(rows),
      },
    };
  });
}

function growthOf(found) {
  tables[1].measures = [
    ...found.map(({ signals }, i) => ({ key: `seconds${i}`, what: `${sized(signals)}: time`, unit: "s", limit: "disk" })),
    { key: "secondsGrowth", what: "time: exponent", limit: "1: all of it is read", isCompared: false },
    ...found.map(({ signals }, i) => ({ key: `memory${i}`, what: `${sized(signals)}: most memory`, unit: "MB", limit: "does not depend on it" })),
    { key: "memoryGrowth", what: "memory: exponent", limit: "0", isCompared: false },
  ];
  return ["tacit", "tacit, screened", "duckdb", "duckdb, 1 thread", "disk"].map((name) => {
    const growth = found.map(({ signals, of }) => ({
      signals,
      seconds: spread(of[name].labels.map(({ seconds }) => seconds)).median,
      memory: spread(of[name].labels.map(({ memory }) => memory)).median,
    }));
    const isRead = name === "disk";
    const each = growth.flatMap(({ seconds, memory }, i) => [[`seconds${i}`, seconds], [`memory${i}`, isRead ? undefined : memory / 1e6]]);
    return {
      name,
      note: undefined,
      growth: isRead ? undefined : growth,
      values: {
        ...Object.fromEntries(each),
        secondsGrowth: slope(growth.map(({ signals, seconds }) => [signals, seconds])),
        memoryGrowth: isRead ? undefined : slope(growth.map(({ signals, memory }) => [signals, memory])),
      },
    };
  });
}

/** Of the straight line that fits the logarithms best; nothing of one point. */
export function slope(points) {
  if (points.length < 2) return undefined;
  const logs = points.map((point) => point.map(Math.log));
  const mean = (axis) => logs.reduce((sum, point) => sum + point[axis], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const over = logs.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  return over / logs.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}
