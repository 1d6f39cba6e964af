// What the names of a control say it is for. Facts only: the Wasm module decides
// what they mean, and where an effect can be seen (a clipboard write, a new
// answer) the effect decides.

import { MEANINGS, NAME_MAX, SURE } from "./controls.js";

/** How far around a control others are looked for that belong to it, and how many those may be. */
const GROUP_LEVELS = 3;
const GROUP_MAX = 16;

/** The English words of each meaning, and those of the usual icons. */
const ENGLISH = {
  down: "thumbs down|thumb down|👎|dislike|downvote|bad response|bad answer|not helpful|unhelpful|don t like",
  up: "thumbs up|thumb up|👍|^like|like button|like icon|icon like|btn like|upvote|good response|good answer|helpful",
  stop: "stop|abort",
  save: "save",
  cancel: "cancel|discard|close|xmark|x mark|lucide x|icon x|x icon|✕|✖|✗|❌",
  regenerate:
    "regenerate|try again|retry|refresh|redo|reload|generate again|rerun|🔄|rotate cw|rotate ccw|rotate right|arrows rotate|arrow path|arrow clockwise|arrow repeat",
  edit: "edit|pencil",
  share: "share",
  download: "download|export",
  previous: "previous|prev|chevron left",
  next: "next|chevron right",
  accept: "accept|apply|insert|approve|use this",
  dismiss: "reject|decline|dismiss|deny",
  copy: "copy|copied|clipboard|📋",
  star: "star|stars|⭐|★|☆",
};

/** Lower case, words divided by one space, after the mark of the beginning: "Don't" becomes "^ don t ". */
export function words(text) {
  // A sign of arithmetic is a cross to click on.
  return `^ ${text.normalize("NFC").toLowerCase().replace("×", "✕").replace(/[^\p{L}\p{M}\p{N}\p{So}]+/gu, " ").trim()} `;
}

/** An id or class in words: `iconThumbs_down2` becomes "^ icon thumbs down 2 ". */
const identifier = (text) => words(text.replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2").replace(/\d+/g, " $& "));

/** Han, kana, hangul and emoji know no space between words; "^" is for a word that a name begins with. */
const spaced = (word) => (word < "\u2e80" ? ` ${word} `.replace(" ^", "^ ") : word);

/** The words of each meaning, each as it stands in the text that `words` makes. */
function dictionary(languages) {
  return MEANINGS.map((meaning) =>
    languages.flatMap((language) =>
      (language[meaning]?.split("|") ?? []).map((word) => (word.endsWith("*") ? ` ${word.slice(0, -1)}` : spaced(word))),
    ),
  );
}

/** The place of the first meaning that has a word in the text; -1 if none has. */
const meaningIn = (dictionary, text) =>
  dictionary.findIndex((words) => words.some((word) => text.includes(word)));

/** Of English, and with the words of other languages once they are there. */
let english = [];
let known = english;

/** How these are brought, once. */
export const names = { load: () => import("./names.js"), loading: null };

function loadNames() {
  names.loading ??= Promise.resolve()
    .then(names.load)
    .then(
      ({ default: languages }) => (known = dictionary([ENGLISH, ...Object.values(languages)])),
      () => {}, // English is left, and what clicks do.
    );
}

/** What a control is for by its names, the most telling first; -1 if they do not tell. */
export function meaningOf(control) {
  for (const name of namesOf(control)) {
    const text = name?.trim();
    if (!text || text.length > NAME_MAX) continue;
    const meaning = meaningIn(known, words(text));
    if (meaning >= 0) return meaning;
    if (/[^\0-\x7f]/.test(text)) loadNames(); // A language that the page does not declare.
  }
  for (const id of identifiersOf(control)) {
    const meaning = meaningIn(english, identifier(id));
    if (meaning >= 0) return meaning;
  }
  return -1;
}

/** Learns the English words; and brings those of other languages where the page or the browser declares one. */
export function learnNames() {
  if (known === english) known = english = dictionary([ENGLISH]);
  const lang = document.documentElement?.lang;
  if (![lang, ...(navigator.languages ?? [])].every((tag) => /^(en\b|$)/i.test(tag ?? ""))) loadNames();
}

/** What a control is for, as its place in `MEANINGS` or -1; after it, for a star, which of how many it is. */
export function nameControl(control) {
  const meaning = meaningOf(control);
  if (!isMeant(control, MEANINGS[meaning])) return [-1];
  return [meaning, ...(MEANINGS[meaning] === "star" ? starOf(control) : [])];
}

/** Controls with a meaning that stand together with this one, if there are so many. */
function near(control, meaning, least) {
  let group = control.parentElement;
  for (let level = 0; group && level < GROUP_LEVELS; level++, group = group.parentElement) {
    const all = [...group.querySelectorAll(SURE)];
    if (all.length > GROUP_MAX) break;
    const found = all.filter((other) => MEANINGS[meaningOf(other)] === meaning);
    if (found.length >= least) return found;
  }
  return [];
}

/**
 * Whether a control is what it seems. Words that are seen may be a question to
 * click on: acts have short names, and thumbs come in pairs.
 */
function isMeant(control, meaning) {
  const text = control.textContent.trim();
  if (!/\p{L}/u.test(text)) return true;
  if (/^(up|down|accept|dismiss|share|download)$/.test(meaning) && text.split(/\s+/).length > 3) return false;
  const opposite = { up: "down", down: "up" }[meaning];
  return !opposite || near(control, opposite, 1).length > 0;
}

/** Which of how many stars a control is, as a list; empty if it is none. */
function starOf(control) {
  const all = near(control, "star", 3);
  const said = Number(/\d+/.exec(nameOf(control))?.[0]);
  const place = said >= 1 && said <= all.length ? said : all.indexOf(control) + 1;
  return place > 0 ? [place, all.length] : [];
}

/** What a person or a screen reader is told, in the order of the accessible name
 * computation (WAI-ARIA accname 1.2); a description may be a tooltip on hover. */
function* namesOf(control) {
  const root = control.getRootNode();
  const by = (attribute) =>
    control
      .getAttribute(attribute)
      ?.split(/\s+/)
      .map((id) => root.getElementById?.(id)?.textContent)
      .join(" ");
  yield control.getAttribute("aria-label");
  yield by("aria-labelledby");
  for (const label of control.labels ?? []) yield label.textContent;
  yield control.textContent;
  const inside = control.querySelector("[aria-label],[alt],[title]");
  if (inside) yield inside.getAttribute("aria-label") ?? inside.getAttribute("alt") ?? inside.getAttribute("title");
  yield control.getAttribute("title");
  yield by("aria-describedby");
}

const nameOf = (control) => [...namesOf(control)].find((name) => name?.trim()) ?? "";

/** What the developers call it: data attributes, id and class, then those of its icon. */
function* identifiersOf(control) {
  for (const element of [control, ...[...control.querySelectorAll("*")].slice(0, 4)]) {
    const names = element.getAttributeNames();
    const data = names.filter((name) => name.startsWith("data-") && name !== "data-state");
    for (const name of [...data, "id"]) yield element.getAttribute(name) ?? "";
    yield element.getAttribute("class") ?? "";
    yield element.getAttribute("href") ?? ""; // <use href="#copy">
    yield element.getAttribute("src")?.slice(-NAME_MAX) ?? "";
  }
}
