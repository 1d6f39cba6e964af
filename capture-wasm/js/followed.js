// A prompt compared with the one before it: how alike they are, and what the next
// one does. Here and not in the Wasm module, as the browser knows letters, case and
// words. Nothing of either prompt is kept or leaves.

import { CORRECTIONS, THANKS } from "./phrases.js";
import { utf8 } from "./wire.js";

/**
 * From here on a prompt asks the same again. Of 41 pairs in 15 languages that were
 * labelled before they were measured, it finds 19 of the 20 that do, and takes 3 of
 * the other 21 for such: those that ask for something else in the same words.
 */
export const REPHRASED_MIN = 600;

/** Characters of a prompt that are looked at: who pastes a book asks in its first lines. */
const LOOK = 4_000;

/** Thanks are short; what is longer asks for something as well. */
const THANKS_BYTES_MAX = 80;

/** What a prompt does, as on the wire. */
const [REPHRASE, CORRECTION, THANK, OTHER] = [0, 1, 2, 3];

const LETTER = /[\p{L}\p{M}\p{N}]/u;
const WORDS = /[\p{L}\p{M}\p{N}]+/gu;

/** Their likeness in thousandths and what `next` does, in one number: four times the one, and the other. */
export function compare(before, next) {
  const alike = similarity(before, next);
  return 4 * alike + intent(spelled(next), alike);
}

function intent(next, alike) {
  const thanks = () => THANKS.split("|").some((word) => beginsAWord(next, word));
  if (CORRECTIONS.split("|").some((words) => next.startsWith(words)) && !thanks()) return CORRECTION;
  if (alike >= REPHRASED_MIN) return REPHRASE;
  if (utf8(next).length <= THANKS_BYTES_MAX && !next.includes("?") && thanks()) return THANK;
  return OTHER;
}

/**
 * How much of what they ask two prompts have in common, in thousandths: over the
 * letter pairs inside their words, the mean of what both share of both (Dice 1945)
 * and of the shorter one, as a prompt that is cut short or added to asks the same.
 * Longer prompts by runs of three and four letters, since most pairs of letters
 * are in any long text. Words of one and two ASCII letters are left out: in
 * languages written so, those say little.
 */
export function similarity(before, next) {
  const texts = [before, next].map((text) => spelled(text).match(WORDS) ?? []);
  const [a, b] = texts.map((words) => words.join(""));
  const letters = Math.min([...a].length, [...b].length);
  const run = letters <= 64 ? 2 : letters <= 200 ? 3 : 4;
  const [one, other] = texts.map((words) => grams(words, run));
  const [all, shorter] = [one.length + other.length, Math.min(one.length, other.length)];
  if (shorter === 0) return a === b ? 1_000 : 0;
  const counts = new Map();
  for (const gram of one) counts.set(gram, (counts.get(gram) ?? 0) + 1);
  let both = 0;
  for (const gram of other) {
    const left = counts.get(gram) ?? 0;
    if (left > 0) both++;
    counts.set(gram, left - 1);
  }
  return Math.round((1_000 * both * (2 * shorter + all)) / (2 * shorter * all));
}

/** The runs of letters inside the words. */
function grams(words, run) {
  const grams = [];
  for (const word of words) {
    if (/^[ -~]{1,2}$/.test(word)) continue;
    const letters = [...word];
    const length = Math.min(run, letters.length);
    for (let at = 0; at + length <= letters.length; at++) grams.push(letters.slice(at, at + length).join(""));
  }
  return grams;
}

/** Lower case, one space between words, one comma for punctuation, a question mark for what has one. */
function spelled(prompt) {
  const text = `${prompt.slice(0, LOOK)}.`.toLowerCase().replaceAll("’", "'");
  return text
    .replace(/[^\p{L}\p{M}\p{N}']+/gu, (gap) => (/[?？؟]/.test(gap) ? "?" : gap.trim() ? "," : " "))
    .replace(/^[?, ]/, "");
}

/**
 * Whether a word of `text` begins with `word`. Chinese, Japanese and Korean put
 * no space between words, or endings to them.
 */
function beginsAWord(text, word) {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (word >= "\u2e80" || !LETTER.test(text[at - 1] ?? " ")) return true;
  }
  return false;
}
