// What a runner of tests says of them: Cargo, Node, Playwright and pytest.

/** Lines of a step's failures that are said again at the end. */
const TOLD = 120;

/** `test result: ok. 12 passed; 0 failed; 1 ignored; …`, once a test binary. */
export function countCargo(output) {
  return {
    passed: total(output, /^test result: .*?(\d+) passed/gm),
    failed: total(output, /^test result: .*?(\d+) failed/gm),
    skipped: total(output, /^test result: .*?(\d+) ignored/gm),
  };
}

/** `ℹ pass 12` */
export function countNode(output) {
  return {
    passed: total(output, /^ℹ pass (\d+)/gm),
    failed: total(output, /^ℹ (?:fail|cancelled) (\d+)/gm),
    skipped: total(output, /^ℹ (?:skipped|todo) (\d+)/gm),
  };
}

/** `  12 passed (3.4s)` */
export function countPlaywright(output) {
  return {
    passed: total(output, /^\s+(\d+) passed/gm),
    failed: total(output, /^\s+(\d+) (?:failed|interrupted|did not run)/gm),
    skipped: total(output, /^\s+(\d+) skipped/gm),
    flaky: total(output, /^\s+(\d+) flaky/gm),
  };
}

/** `12 passed, 1 failed, 2 skipped, 1 warning in 3.21s`, the last line of pytest. */
export function countPytest(output) {
  const closing = output.split("\n").findLast((line) => / in [\d.]+s/.test(line)) ?? "";
  const count = (what) => Number(closing.match(new RegExp(`(\\d+) ${what}`))?.[1] ?? 0);
  return { passed: count("passed"), failed: count("failed") + count("errors?"), skipped: count("skipped") };
}

function total(output, pattern) {
  return [...plain(output).matchAll(pattern)].reduce((sum, match) => sum + Number(match[1]), 0);
}

/** From where a runner sums up what failed: Playwright, Node, cargo, pytest; else the last lines. */
export function whatFailed(output) {
  const lines = plain(output).split("\n").filter((line) => !/^\s*[\d.]+ s {2}/.test(line));
  const heads = [/^ {2}1\) /, /^✖ failing tests:/, /^failures:$/, /^=+ FAILURES/, /^error(\[|:)/];
  const at = Math.max(0, Math.min(...heads.map((head) => lines.findIndex((line) => head.test(line))).filter((at) => at >= 0)));
  const told = Number.isFinite(at) ? lines.slice(at) : lines;
  if (told.length <= TOLD) return told.join("\n");
  return [...told.slice(0, TOLD / 2), `… (${told.length - TOLD} lines more, above)`, ...told.slice(-TOLD / 2)].join("\n");
}

/** The tests that failed, or passed only at the second try, by the names their runner has for them. */
export function namesOf(output) {
  const named = [
    /^test (.+) \.\.\. FAILED$/gm,
    /^✖ (.+?) \([\d.]+ms\)$/gm,
    // Without a number: Playwright's last list, below each total.
    /^ {4}(\S+\.mjs:\d+:\d+ › .+?)[ ─]*$/gm,
    /^(?:FAILED|ERROR) (\S+::\S+)/gm,
  ];
  const text = plain(output);
  return [...new Set(named.flatMap((pattern) => [...text.matchAll(pattern)].map(([, name]) => name)))];
}

function plain(output) {
  return output.replaceAll(/\x1b\[[0-9;]*m/g, "");
}
