// Likeness by character 4-grams, written again from its definition
// (`editSurvivalTracker.ts` in microsoft/vscode-copilot-chat), so that a test
// does not compare the product with itself.

/** 0 to 1, to three decimals as the product tells it. */
export function similarity(a, b) {
  const [left, right] = [grams(a), grams(b)];
  const total = left.size + right.size;
  let differences = 0;
  for (const gram of new Set([...left.counts.keys(), ...right.counts.keys()])) {
    differences += Math.abs((left.counts.get(gram) ?? 0) - (right.counts.get(gram) ?? 0));
  }
  return Math.floor(((total - differences) / total) * 1000) / 1000;
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
