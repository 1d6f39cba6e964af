// How many instructions codec and fold need for an event, as they are shipped: the same number
// on a busy machine, where times are not. Every day's bars (tests/instructions) are of
// unoptimised code, as all tests run on.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Problem, root, run as command, target, works } from "../../../capture-wasm/build/tools.mjs";
import { measured } from "../measured.mjs";

const WHAT = {
  encode: { what: "writing an event into a batch", limit: "a store of each of its bytes, some 25" },
  decode: { what: "reading an event from a batch", limit: "a load of each of its bytes, some 25" },
  fold: { what: "labelling, all rules of the default policy, an event", limit: "looking at each event once for its kind" },
};

export const tables = [
  {
    name: "instructions",
    title: "Instructions",
    about: "Counted by valgrind's callgrind, optimised as it is shipped, of simulated people's signals. *unoptimised* are the bars that `npm test` holds every day, so that it does not become worse unseen.",
    measures: Object.entries(WHAT).map(([key, told]) => ({ key, unit: "instructions", ...told })),
  },
];
export const options = {};

export async function run() {
  if (!works("valgrind")) throw new Problem("valgrind is needed for this suite. On Debian: apt-get install valgrind");
  await command("cargo", ["build", "--release", "--quiet", "--package", "tacit-instructions"]);
  const folder = mkdtempSync(join(tmpdir(), "tacit-instructions-"));
  try {
    const values = {};
    for (const what of Object.keys(WHAT)) {
      const counts = join(folder, what);
      const valgrind = ["valgrind", "--quiet", "--tool=callgrind", "--toggle-collect=tacit_instructions::counted", `--callgrind-out-file=${counts}`];
      const { stdout } = await measured("python3", [...valgrind, join(target, "release/tacit-instructions"), what]);
      const [, total] = readFileSync(counts, "utf8").match(/^totals: (\d+)/m);
      values[what] = Math.round(Number(total) / Number(stdout));
    }
    const bars = JSON.parse(readFileSync(join(root, "tests/instructions/bars.json"), "utf8"));
    return [[{ name: "tacit", note: "optimised", values }, { name: "unoptimised", note: `the bars of \`npm test\`, of rustc ${bars.rustc}`, values: bars }]];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
