// What grows after an echo. The lowest common ancestor of an echo and of what
// grows is the transcript, if it is the deepest there is; its two children are
// the person's turn and the answer. Toasts, status lines and footers change
// too, but they do not grow, or not as near.

import { sizesOf } from "./body.js";
import { bare, plainOf } from "./text.js";
import { holds, path, up } from "./tree.js";

/** So many growths are no accident. */
const TICKS = 3;

/** Without a stream the longest text is taken that stands still for so long; a short one may be a status line. */
const REST_MS = 2_500;
const REST_SHORT_MS = 6_000;
const SHORT = 40;

/** What comes sooner than this after something else came with it: pages draw in several steps. */
export const TOGETHER_MS = 150;

/** Where looks are further apart than this, each change between two counts: there are few looks. */
const SELDOM_MS = 400;

/** Siblings after the person's turn: the answer is the first or hardly later. */
const SIBLINGS_MAX = 12;

/** What is longer from the start is a pane, and no answer. */
const TEXT_MAX = 20_000;

/** What an indicator ends in, whatever its language: "Typing…". */
const UNFINISHED = /(?:…|\.\.\.)\s*$/;

const NO_ANSWER = "script,style,template,textarea,input,select,button,form,[aria-hidden=true],[hidden],[contenteditable],[data-tacit-private]";

/** The search of one answer. */
export function search() {
  /** What was seen after an echo so far. */
  let seen = [];

  /** What is known of `element` as of this pass, whether it grew or not; `came` and `touched` tell when it came and when it changed, `changes` how often. */
  function look(element, came, touched, changes, now) {
    const text = plainOf(element);
    let one = seen.find((other) => other.element === element);
    // Some pages draw the answer anew with every word.
    one ??= seen.find((other) => !other.element.isConnected && other.text && isMore(text, other.text));
    if (!one) {
      const since = came(element) ?? now;
      const at = touched(element) ?? now;
      // It may have grown before it was seen at all.
      one = { element, text, ticks: 0, since, at: at - since > TOGETHER_MS ? at : since, base: sizesOf(element) };
      seen.push(one);
    } else if (one.text !== text) {
      const ticks = now - one.looked > SELDOM_MS && one.element === element ? Math.max(1, changes - one.changes) : 1;
      one.ticks = isMore(text, one.text) ? one.ticks + ticks : 0;
      Object.assign(one, { text, at: touched(element) ?? now });
    }
    return Object.assign(one, { element, changes, looked: now });
  }

  /** Whether the text stands still for so long that it is no status line. What came with the turn and never grew, or is short, is part of it. */
  function rests({ element, text, at, ticks }, turn, came, now) {
    const length = bare(text).length;
    if (UNFINISHED.test(text) || length === 0 || now - at < (length < SHORT ? REST_SHORT_MS : REST_MS)) return false;
    return !((length < SHORT || (!ticks && came(element) - came(turn) < TOGETHER_MS)) && came(up(element)));
  }

  return {
    /** Whether `element` stands in what already grew: an answer may repeat the question. */
    grewAround: (element) => seen.some((one) => one.ticks > 1 && holds(one.element, element)),

    /**
     * The answer, once it is certain, given the `echoes` of its prompt: its element, the person's `turn` beside it,
     * since when, and how long its parts were at first. `coming` tells what is new since `sentAt`; `sure` that it was sent.
     */
    answer(echoes, refuses, coming, sure, sentAt, now) {
      let best = null;
      const came = (element) => coming.came(element, sentAt);
      const touched = (element) => coming.touched(element, sentAt);
      for (const echo of echoes) {
        let depth = path(echo).length;
        for (let turn = echo; depth > 0; turn = up(turn), depth--) {
          for (const element of after(turn)) {
            if (element.matches(NO_ANSWER) || echoes.some((other) => holds(element, other)) || refuses(element)) continue;
            const one = look(element, came, touched, coming.times(element), now);
            if (one.text.length > TEXT_MAX && !one.ticks) continue;
            const rank = one.ticks >= TICKS ? 1e6 + depth : sure && rests(one, turn, came, now) && touched(element) ? one.text.length : 0;
            if (rank > (best?.rank ?? 0)) best = { ...one, turn, echo, rank };
          }
        }
      }
      return best;
    },
  };
}

/** The next siblings; and the one before, as lists that are drawn upwards have the newest first. */
function after(turn) {
  const found = [];
  for (let next = turn.nextElementSibling; next && found.length < SIBLINGS_MAX; next = next.nextElementSibling) found.push(next);
  const previous = turn.previousElementSibling;
  if (previous && previous.tagName === turn.tagName) found.push(previous);
  return found;
}

/** Whether `text` is `old` and more: at its end, or before what stands below an answer, as a date. Its end may have been half of some Markdown. */
function isMore(text, old) {
  const [one, other] = [bare(text), bare(old)];
  if (one.length <= other.length) return false;
  // Of a few letters a half at least.
  const least = Math.max(other.length - 12, other.length / 2);
  if (one.startsWith(other.slice(0, least))) return true;
  let [start, end] = [0, 0];
  while (one[start] === other[start]) start++;
  while (start + end < other.length && one.at(-1 - end) === other.at(-1 - end)) end++;
  return start > 0 && start + end >= least;
}
