// Takes identifiers out of text before it may leave, by the browser's own
// RegExp: a regex engine would double the module.

const replacements = [];

/**
 * `known` are patterns with what stands in their place, in turn; `own` are the
 * site's, as a RegExp or its source, and have a place of their own. Throws if
 * one is none.
 */
export function redactBy(known, own) {
  replacements.length = 0;
  // The site's first: what they find may be part of what the others find.
  for (const pattern of own ?? []) replacements.push([global(pattern), "[redacted]"]);
  for (let n = 0; n < known.length; n += 2) replacements.push([global(known[n]), known[n + 1]]);
}

function global(pattern) {
  const { source = pattern, flags = "" } = Object(pattern);
  if (typeof source !== "string" || source === "") throw new TypeError(`${pattern} is no pattern`);
  return new RegExp(source, flags.replace(/[gy]/g, "") + "g");
}

export function redact(text) {
  for (const [pattern, mark] of replacements) text = text.replace(pattern, () => mark);
  return text;
}
