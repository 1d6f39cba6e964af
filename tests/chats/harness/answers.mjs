// What the fake model says: prose, lists and code, every answer with another
// beginning and another number of words, so that a stored signal can be told to
// be about this answer and no other.

const SUBJECTS = ["A cache", "The index", "A queue", "This loop", "The parser", "A worker", "The router", "A lock", "The pool", "A cursor", "The planner", "A stream"];

const SENTENCES = [
  "keeps what was asked for lately close at hand, so that most requests never reach the slow store behind it",
  "costs memory, and it has to be told when a value has changed, or it goes on handing out what was true an hour ago",
  "works best where few keys are asked for very often and the rest hardly at all",
  "should say how old a value may become before somebody has to look again",
  "can be measured from outside by the share of requests that it answers alone",
  "is easier to take away again than to mend once several parts of a program lean on it",
];

const CODE = {
  python: (name, n) => [`def ${name}_${n}(items, limit=${n + 3}):`, "    kept = []", "    for item in items:", "        if len(kept) < limit:", "            kept.append(item)", "    return kept"],
  javascript: (name, n) => [`function ${name}${n}(items, limit = ${n + 3}) {`, "  const kept = [];", "  for (const item of items) {", "    if (kept.length < limit) kept.push(item);", "  }", "  return kept;", "}"],
};

/** Kinds of answers: `code` has a block of it, `plain` has none, `long` is there to be stopped. */
const SENTENCES_OF = { code: 2, plain: 3, long: 14 };

/** The n-th answer of a run: as Markdown, and as a reader sees it. */
export function answer(n, kind) {
  const subject = SUBJECTS[n % SUBJECTS.length];
  const prose = Array.from({ length: SENTENCES_OF[kind] }, (_, i) => sentence(subject, n + i * 5, i));
  const blocks = [paragraph(prose.slice(0, 1)), ...(kind === "code" ? [code(n)] : []), list(n), paragraph([...prose.slice(1), `That was number ${n + 1}.`])];
  return {
    n,
    kind,
    markdown: blocks.map(({ markdown }) => markdown).join("\n\n"),
    plain: blocks.map(({ plain }) => plain).join("\n"),
    first: blocks[0].plain,
    code: blocks.find((block) => block.code)?.code ?? null,
    // The last words, which no other answer has.
    end: `That was number ${n + 1}.`,
  };
}

function sentence(subject, n, i) {
  const text = SENTENCES[n % SENTENCES.length];
  return i === 0 ? `${subject} **${text.slice(0, text.indexOf(" "))}**${text.slice(text.indexOf(" "))}.` : `It ${text}.`;
}

function paragraph(sentences) {
  const markdown = sentences.join(" ");
  return { markdown, plain: markdown.replaceAll("**", "") };
}

function list(n) {
  const items = Array.from({ length: 2 + (n % 3) }, (_, i) => `point ${i + 1} of ${subjectOf(n + i)} stays short`);
  return { markdown: items.map((item) => `- ${item}`).join("\n"), plain: items.join("\n") };
}

function subjectOf(n) {
  return SUBJECTS[n % SUBJECTS.length].split(" ")[1];
}

function code(n) {
  const language = n % 2 ? "javascript" : "python";
  const text = CODE[language](subjectOf(n), n).join("\n");
  return { markdown: `\`\`\`${language}\n${text}\n\`\`\``, plain: text, code: text };
}
