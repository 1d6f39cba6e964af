// The script tag's `data-` attributes are the options of start().

const TEXTS = ["key", "endpoint", "storage", "content", "join", "subject", "surface"];
const NUMBERS = ["sample", "flushAfterMs"];

/** An empty attribute counts as none: templates write them for lack of a value. */
export function readOptions(dataset) {
  const options = {};
  for (const name of TEXTS) if (dataset[name]) options[name] = dataset[name];
  for (const name of NUMBERS) if (dataset[name]) options[name] = Number(dataset[name]);
  if (dataset.redact) options.redact = readPatterns(dataset.redact);
  if (dataset.adapter) options.adapter = readAdapter(dataset.adapter);
  return options;
}

/** Sources of patterns as a JSON list, or just one. */
function readPatterns(text) {
  try {
    if (text.startsWith("[\"")) return JSON.parse(text);
  } catch {
    // Taken for a pattern then, which may be none, and the core will say so.
  }
  return [text];
}

/** `auto`, an adapter as JSON, or just the selector of an output. */
function readAdapter(text) {
  if (text === "auto") return text;
  try {
    if (text.startsWith("{")) return JSON.parse(text);
  } catch {
    // Taken for a selector then, which the core will find invalid and say so.
  }
  return { output: text };
}
