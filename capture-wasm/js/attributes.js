// The script tag's `data-` attributes are the options of start().

/** The others are texts. */
const NUMBERS = /^(sample|flush|queue)/;

/** An empty attribute counts as none: templates write them for lack of a value. Callbacks are none. */
export function readOptions(dataset) {
  const options = {};
  for (const [name, value] of Object.entries(dataset)) {
    if (value && !/^on/.test(name)) options[name] = NUMBERS.test(name) ? Number(value) : value;
  }
  // Sources of patterns as a JSON list, or just one.
  if (dataset.redact) options.redact = parsed(dataset.redact, '["') ?? [dataset.redact];
  // `auto`, an adapter as JSON, or just the selector of an output.
  if (dataset.adapter) options.adapter = parsed(dataset.adapter, "{") ?? (dataset.adapter === "auto" ? "auto" : { output: dataset.adapter });
  return options;
}

/** What does not parse is taken for a pattern or selector, which may be none, and the core will say so. */
function parsed(text, start) {
  try {
    if (text.startsWith(start)) return JSON.parse(text);
  } catch {
    // Undefined.
  }
}
