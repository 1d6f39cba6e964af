// SPDX expressions: whether one of the ways to use something is allowed.

/** `allowed` has licences, with their exceptions: "Apache-2.0 WITH LLVM-exception". */
export function isAllowed(expression, allowed) {
  // "MIT/Apache-2.0" is how it was written before SPDX.
  const words = expression.replaceAll("/", " OR ").match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const either = () => {
    let result = both();
    while (words[at] === "OR") {
      at += 1;
      result = both() || result;
    }
    return result;
  };
  const both = () => {
    let result = one();
    while (words[at] === "AND") {
      at += 1;
      result = one() && result;
    }
    return result;
  };
  const one = () => {
    if (words[at] === "(") {
      at += 1;
      const result = either();
      if (words[at] !== ")") throw new Error(`no licence: ${expression}`);
      at += 1;
      return result;
    }
    let name = words[at];
    at += 1;
    if (words[at] === "WITH") {
      name += ` WITH ${words[at + 1]}`;
      at += 2;
    }
    return allowed.has(name);
  };
  const result = either();
  if (at !== words.length) throw new Error(`no licence: ${expression}`);
  return result;
}
