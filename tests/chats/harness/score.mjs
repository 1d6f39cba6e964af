// Holds stored signals against what the person did. Pure: facts in, rows out.

/** A signal is dated this much before the person's own note at most: clocks are read at different moments. */
const EARLY_MS = 300;
/** And this much after it at most; the machine may be loaded. */
const LATE_MS = 8_000;
const SHARE = 0.05;

/** Kinds of which only the strongest or the last counts, so that a second one of the same act is none too many. */
const FOLDED = new Set(["selected", "copied", "rated", "edited", "pasted"]);
/** Reading is no act; it is told again and again. */
const NOT_SCORED = new Set(["dwell"]);

/**
 * `truth`: { answers: what the model said, acts: what the person did },
 * `outputs`: as the collector gives them. Resolves with one row an act (done,
 * found, and what was missed, in words) and every false signal.
 */
export function score(truth, outputs) {
  const signals = outputs
    .flatMap(({ output, signals }) => signals.map((signal) => ({ ...signal, output: output.id })))
    .filter(({ kind }) => !NOT_SCORED.has(kind))
    .sort((a, b) => a.at - b.at);
  const rows = new Map();
  const wrong = [];
  const answerOf = matchAnswers(truth.answers, signals, rows, wrong);
  matchActs(truth.acts, signals, answerOf, rows, wrong);
  matchLineage(truth.answers, signals, answerOf, rows);
  matchConversations(truth.answers, outputs, answerOf, rows);
  return { rows: [...rows.values()], wrong };
}

/** Which answer each output is: told by when it was shown and by its number of words. */
function matchAnswers(answers, signals, rows, wrong) {
  const row = rowOf(rows, "answers");
  const answerOf = new Map();
  const seen = new Set();
  for (const signal of signals.filter(({ kind }) => kind === "shown")) {
    const then = answers.filter((answer) => during(signal, answer) && !seen.has(answer.n));
    const off = (answer) => Math.abs(signal.words - wordsOf(answer));
    const answer = then.filter((answer) => fits(signal.words, wordsOf(answer))).sort((a, b) => off(a) - off(b))[0];
    if (answer && !answerOf.has(signal.output)) {
      seen.add(answer.n);
      answerOf.set(signal.output, answer.n);
    } else {
      const about = then.map((answer) => `${answer.n} has ${wordsOf(answer)}`).join(", ");
      wrong.push({ kind: "shown", output: signal.output, why: `${signal.words} words, ${about ? `answer ${about}` : "no answer came then"}` });
    }
  }
  for (const answer of answers) count(row, seen.has(answer.n), `answer ${answer.n} (${answer.kind}, ${wordsOf(answer)} words)`);
  return answerOf;
}

function during({ at }, answer) {
  return at >= answer.firstAt - EARLY_MS && at <= Math.max(answer.doneAt, answer.seenAt ?? 0) + LATE_MS;
}

/** A label beside the code, such as its language, may be taken for a word or two of it. */
function fits(words, expected) {
  return Math.abs(words - expected) <= 2 + expected * 0.03;
}

export function wordsOf({ plain, cut, heard }) {
  const text = cut ? heard : plain;
  return text.split(/\s+/).filter(Boolean).length;
}

function matchActs(acts, signals, answerOf, rows, wrong) {
  const found = new Map();
  for (const signal of signals.filter(({ kind }) => kind !== "shown")) {
    const like = acts.filter((act) => act.kind === signal.kind && near(signal, act));
    const about = like.filter((act) => isAbout(signal, act, answerOf) && agrees(signal, act.want, answerOf));
    const act = about.find((act) => !found.has(act)) ?? about.find(() => FOLDED.has(signal.kind));
    if (act) found.set(act, signal);
    else if (!like.some((act) => isAbout(signal, act, answerOf) && isPart(signal, act))) wrong.push({ kind: signal.kind, output: signal.output, why: told(signal, answerOf) });
  }
  for (const act of acts) {
    if (act.optional) continue;
    count(rowOf(rows, act.act), found.has(act), `${act.act} of answer ${act.answer} ${JSON.stringify(act.want)}`);
  }
}

function near({ at }, act) {
  return at >= act.at - EARLY_MS && at <= act.at + LATE_MS;
}

function isAbout({ kind, output }, act, answerOf) {
  return kind === "switched" || answerOf.get(output) === act.answer;
}

/** A selection that rests on its way, as the mouse of a slow machine does, is told, and again when it is whole. */
function isPart({ kind, share }, { want }) {
  return kind === "selected" && share < want.share;
}

/** Whether the signal says what the act was like. */
function agrees(signal, want, answerOf) {
  return Object.entries(want).every(([field, value]) => {
    if (field === "share") return Math.abs(signal.share - value) <= SHARE;
    if (field === "from" || field === "to") return answerOf.get(signal[field]) === value;
    return signal[field] === value;
  });
}

/** An answer that was asked for instead of another says so. */
function matchLineage(answers, signals, answerOf, rows) {
  const shown = new Map(signals.filter(({ kind }) => kind === "shown").map((signal) => [answerOf.get(signal.output), signal]));
  for (const answer of answers) {
    if (answer.replaces === undefined) continue;
    const signal = shown.get(answer.n);
    const right = signal !== undefined && answerOf.get(signal.replaces) === answer.replaces;
    count(rowOf(rows, "lineage"), right, `answer ${answer.n} replaces ${answer.replaces}, told: ${signal?.replaces}`);
  }
}

/** Answers of one conversation share an id that no other conversation has. */
function matchConversations(answers, outputs, answerOf, rows) {
  if (new Set(answers.map(({ conversation }) => conversation)).size < 2) return;
  const said = new Map(outputs.map(({ output }) => [answerOf.get(output.id), output.conversation]));
  for (const answer of answers) {
    const own = said.get(answer.n);
    const others = answers.filter(({ n }) => n !== answer.n && said.has(n));
    const right = own !== undefined && others.every((other) => (said.get(other.n) === own) === (other.conversation === answer.conversation));
    count(rowOf(rows, "conversation"), right, `answer ${answer.n} of conversation ${answer.conversation}: ${own}`);
  }
}

function rowOf(rows, act) {
  if (!rows.has(act)) rows.set(act, { act, done: 0, found: 0, missed: [] });
  return rows.get(act);
}

function count(row, found, what) {
  row.done += 1;
  if (found) row.found += 1;
  else row.missed.push(what);
}

function told({ id, at, kind, output, received_at, ...fields }, answerOf) {
  const answer = answerOf.get(output);
  return `of ${answer === undefined ? "no answer" : `answer ${answer}`} ${JSON.stringify(fields)}`;
}
