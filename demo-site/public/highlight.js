// Colours for code by the CSS Custom Highlight API: ranges over the text, no elements added, so the
// text stays one text node. Browsers without it show plain code.

const WORDS = {
  js: "async await class const else export for function if import let new null of return this throw true false undefined while",
  python: "as class def elif else False for from if import in is lambda None not or return True while with yield",
  sql: "AND AS BY COUNT CREATE CURRENT_DATE DESC FETCH FIRST FROM GROUP INCLUDE INDEX INTERVAL JOIN LEFT LIMIT ON ONLY ORDER OVER RANK ROWS SELECT SUM TIES WHERE WITH",
  bash: "cd echo export python",
  http: "GET POST HTTP",
};
const COMMENTS = { js: "//[^\\n]*", python: "#[^\\n]*", bash: "#[^\\n]*", sql: "--[^\\n]*" };
const ALIASES = { javascript: "js", ts: "js", typescript: "js", py: "python", sh: "bash" };
const STRINGS = `"""[^]*?"""|"(?:\\\\.|[^"\\\\\\n])*"|'(?:\\\\.|[^'\\\\\\n])*'|\`(?:\\\\.|[^\`\\\\])*\``;
const NUMBERS = "\\b\\d[\\d_.]*\\b";

const supported = globalThis.CSS?.highlights !== undefined;
const ranges = {};
if (supported) {
  for (const kind of ["comment", "string", "keyword", "number"]) {
    CSS.highlights.set(`code-${kind}`, (ranges[kind] = new Highlight()));
  }
}

const rangesOf = new WeakMap(); // code element → [kind, range][]

/** Colours a code element that holds a single text node; call it again when the text changed. */
export function highlight(code, language) {
  const name = ALIASES[language] ?? language;
  if (!supported || !(name in WORDS)) return;
  forgetHighlights(code);
  const text = code.firstChild;
  const own = [];
  for (const match of code.textContent.matchAll(patternOf(name))) {
    const kind = Object.keys(match.groups).find((group) => match.groups[group] !== undefined);
    const range = new StaticRange({
      startContainer: text,
      startOffset: match.index,
      endContainer: text,
      endOffset: match.index + match[0].length,
    });
    ranges[kind].add(range);
    own.push([kind, range]);
  }
  rangesOf.set(code, own);
}

/** A registered range keeps its text alive: call this before a code element is thrown away. */
export function forgetHighlights(code) {
  for (const [kind, range] of rangesOf.get(code) ?? []) ranges[kind].delete(range);
  rangesOf.delete(code);
}

const patterns = new Map();
function patternOf(name) {
  if (!patterns.has(name)) {
    const keywords = `\\b(?:${WORDS[name].replaceAll(" ", "|")})\\b`;
    const comment = COMMENTS[name] ?? "(?!)";
    const source = `(?<comment>${comment})|(?<string>${STRINGS})|(?<keyword>${keywords})|(?<number>${NUMBERS})`;
    patterns.set(name, new RegExp(source, "g"));
  }
  return patterns.get(name);
}
