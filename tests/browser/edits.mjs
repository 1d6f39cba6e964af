// What an edit amounts to, written again from the definitions, so that a test
// does not compare the product with itself.

/** The facts of `edited` for one text that became another. */
export function facts(before, after) {
  const kept = common([...before], [...after]);
  const [chars_before, chars_after] = [[...before].length, [...after].length];
  return {
    chars_before,
    chars_after,
    inserted: chars_after - kept,
    deleted: chars_before - kept,
    survival: similarity(before, after),
  };
}

/** Length of the longest common subsequence, by the textbook. */
function common(a, b) {
  const row = Array(b.length + 1).fill(0);
  for (const x of a) {
    let diagonal = 0;
    for (const [n, y] of b.entries()) {
      const above = row[n + 1];
      row[n + 1] = x === y ? diagonal + 1 : Math.max(above, row[n]);
      diagonal = above;
    }
  }
  return row[b.length];
}

/** Likeness by character 4-grams (`editSurvivalTracker.ts` in microsoft/vscode-copilot-chat). */
function similarity(a, b) {
  const [left, right] = [grams(a), grams(b)];
  const total = left.size + right.size;
  let differences = 0;
  for (const gram of new Set([...left.counts.keys(), ...right.counts.keys()])) {
    differences += Math.abs((left.counts.get(gram) ?? 0) - (right.counts.get(gram) ?? 0));
  }
  return Math.round(((total - differences) / total) * 1000) / 1000;
}

function grams(text) {
  const chars = [...text];
  const counts = new Map();
  for (let n = 0; n + 4 <= chars.length; n++) {
    const gram = chars.slice(n, n + 4).join("");
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return { counts, size: Math.max(chars.length - 3, 0) };
}
