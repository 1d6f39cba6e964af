// Finds answers by what they do, on pages that nobody described: a prompt is
// sent, an echo of it is drawn, and after it a text grows. What was learned from
// one answer then finds those that were there before or come back.

import { bodyOf, sizesOf } from "./body.js";
import { echoes, forms } from "./echo.js";
import { TOGETHER_MS, search } from "./growth.js";
import { comings } from "./comings.js";
import { messageId } from "./ids.js";
import { notices } from "./notices.js";
import { bodySelector, learn } from "./signature.js";
import { bare, textOf } from "./text.js";
import { holds, up } from "./tree.js";
import { read } from "../reading.js";

/** Markers in wide use. They are right where they are. */
const NAMES = ["message-author-role", "message-role", "role", "author", "sender"].map((name) => `[data-${name}`);
const MARKED = NAMES.flatMap((name) => ["assistant", "bot", "ai"].map((role) => `${name}=${role}]`)).join();
const TESTED = "[data-testid*=assistant-message]";

/** What may have one: on a page of many elements fewer selectors take less time. */
const MAYBE = [...NAMES.map((name) => `${name}]`), TESTED].join();

/** An answer may take this long to begin; of a suggestion not even that somebody asked is certain. */
const ASK_MS = 120_000;
const UNSURE_MS = 4_000;

/** After an answer another may come for the same question, as after its reasoning. */
const MORE_MS = 15_000;

/** What was pressed may send this much later, as in composer.js. */
const PRESSED_MS = 10_000;

/** What was invisible is not asked for sooner than this: it costs layout. */
const HIDDEN_MS = 1_000;

/** A text at rest is learned from. */
const REST_MS = 800;

/** Texts read in one pass, in characters: the newest answers first, then others in turn. */
const READ_MAX = 200_000;

/** So many changes between two passes leave no time but for the newest. */
const RECORDS_MAX = 5_000;

const PROMPT_MAX = 400;

/** Letters and digits by which a turn's time may grow, as from "now" to "2 minutes ago". */
const TIME_MAX = 10;

/** Letters and digits of a row of controls, as "2 / 2". */
const ROW_MAX = 8;

/** A text that shrinks to a part so small begins anew. */
const RESTART = 4;

const EDITABLES = "textarea,input[type=text],[contenteditable=true]";

const follows = (element, other) => Boolean(other.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING);
const agesOf = (came, touched, now) => [now - came, now - (touched - came > TOGETHER_MS ? touched : came)];

/** `roots()`: the document and the open shadow roots known; `composers()`: those in use. */
export function finder(roots, composers) {
  /** The answers on the page, in their order. */
  let units = [];
  /** The question that waits for its answer. */
  let ask = null;
  let signature = null;
  let records = 0;
  let changedAt = 0;
  let pressedAt = -Infinity;
  let turnToRead = 0;
  let wasMany = false;
  const coming = comings();
  /** When what looked like an answer was found to be invisible: it may only be fading in. */
  const hidden = new WeakMap();
  /** Outputs that the page named. */
  const named = new WeakSet();
  const chats = [];
  const { used, isNotice } = notices();

  const overlaps = (element, other) => holds(element, other) || holds(other, element);
  const isTyped = (element) => composers().some((editor) => holds(editor, element));
  const isComposing = (element) => composers().some((editor) => holds(element, editor));
  const isKnown = (element) => units.some(({ root }) => overlaps(root, element));

  /** The number of the chat that `element` belongs to: two on one page have a composer each. */
  function chatOf(element) {
    for (const editor of composers()) {
      if (chats.some((chat) => chat.deref() === editor)) continue;
      const free = chats.findIndex((chat) => !chat.deref()?.isConnected);
      chats.splice(free < 0 ? chats.length : free, 1, new WeakRef(editor));
    }
    for (let place = element; place; place = up(place)) {
      const number = chats.findIndex((chat) => chat.deref() && holds(place, chat.deref()));
      if (number >= 0) return number;
    }
    return 0;
  }

  function add(unit) {
    const { root } = unit;
    const place = units.findIndex((other) => follows(other.root, root));
    units.splice(place < 0 ? units.length : place, 0, Object.assign(unit, { all: null, stream: unit.at - unit.since, chat: chatOf(root) }));
  }

  /** The person's turn before an answer; null where another answer comes first, undefined where nothing does. */
  function turnBefore(root) {
    for (let place = root; place; place = up(place)) {
      for (let turn = place.previousElementSibling; turn; turn = turn.previousElementSibling) {
        if (units.some((unit) => holds(turn, unit.root))) return null;
        // What looks like an answer and is none greets.
        if (signature && (turn.matches(signature.selector) || turn.querySelector(signature.selector))) continue;
        if (textOf(turn).trim()) return turn;
      }
      // What stands beside a composer is no message any more.
      const room = up(place);
      if (!room || (composers().length > 0 ? isComposing(room) : room.querySelector(EDITABLES))) break;
    }
    return undefined;
  }

  /** Messages that say themselves that they are answers, or look like one. */
  function recognise(now) {
    for (const root of roots()) {
      for (const message of root.querySelectorAll(MAYBE)) if (message.matches(`${MARKED},${TESTED}`) && !isKnown(message)) recognised(message, null, now);
      if (!signature) continue;
      for (const found of root.querySelectorAll(signature.selector)) {
        let message = found;
        for (let level = 0; level < signature.up; level++) message = up(message) ?? message;
        if (!isKnown(message)) recognised(message, signature.within, now);
      }
    }
  }

  function recognised(root, within, now) {
    if (root.closest("[data-tacit-private]") || isComposing(root)) return;
    const turn = turnBefore(root);
    // Nobody asked for a greeting; a heading above the transcript is no question.
    const transcript = signature?.transcript.deref();
    if (turn === undefined || (turn && transcript && holds(transcript, root) && !holds(transcript, turn))) return;
    // What was asked just now is answered by what comes after it.
    const asks = ask && turn ? bare(textOf(turn)) : "";
    const isAnswer = ask && !ask.answered && ask.forms.some((form) => asks.includes(form));
    const isAbout = ({ at, waiting }) =>
      turn
        ? waiting && (ask === waiting || !isAnswer) && waiting.forms.some((form) => bare(textOf(turn)).includes(form))
        : units.findLast((unit) => follows(root, unit.root))?.since < at;
    if (isNotice(root, isAbout)) return;
    add({ root, within, turn, sizes: isAnswer ? sizesOf(root) : null, since: now, at: now, ask: isAnswer ? ask : null });
    if (isAnswer) ask.answered = now;
  }

  function isVisible(element) {
    if (element.checkVisibility?.({ opacityProperty: true, visibilityProperty: true }) === false) return false;
    // A copy for screen readers is cut down to a pixel, or stands beside the page.
    for (let place = element, level = 0; place && level < 8; place = up(place), level++) {
      // Its parts stand in for it.
      if (place.getClientRects().length === 0) continue;
      const { width, height, right, bottom } = place.getBoundingClientRect();
      // What does not clip may have no height, and its parts a place of their own.
      const isCut = (width <= 1 || height <= 1) && (level === 0 || getComputedStyle(place).overflow !== "visible");
      if (isCut || right < 0 || (bottom < 0 && place.scrollHeight < 2)) return false;
    }
    return true;
  }

  /** Whether no answer to the question is waited for any more. */
  function isOver(now) {
    const { answered = 0, sure, echo } = ask;
    return now - Math.max(answered, ask.at) > (answered ? MORE_MS : sure || echo ? ASK_MS : UNSURE_MS);
  }

  /** Looks for the answer to the question. */
  function answer(now) {
    const { answered, echo: old } = ask;
    const skips = (element) =>
      isKnown(element) || ask.control?.contains(element) || ask.search.grewAround(element) || isTyped(element);
    const found = answered && old?.isConnected ? [old] : echoes(ask.forms, skips);
    if (found.length === 0) return;
    ask.echo = found[0];
    const refuses = (element) => now - hidden.get(element) < HIDDEN_MS || isKnown(element) || isComposing(element);
    const best = ask.search.answer(found, refuses, coming, ask.sure && !answered, ask.sentAt, now);
    // What else is said, and another version, stands where the first stood.
    if (!best || ((answered || ask.parent?.isConnected) && up(best.element) !== ask.parent)) return;
    if (!best.ticks && isNotice(best.element, ({ at, waiting }) => waiting === ask && at < best.since)) return;
    if (!isVisible(best.element)) return hidden.set(best.element, now);
    add({ root: best.element, sizes: best.base, since: best.since, at: best.at, turn: best.turn, ask });
    Object.assign(ask, { answered: now, echo: best.echo, parent: up(best.element) });
  }

  /** Reads a unit: its text, if that changed. */
  function refresh(unit, now) {
    const all = textOf(unit.root);
    if (all === unit.all && unit.body?.isConnected) return null;
    if (unit.all !== null) Object.assign(unit, { at: now, stream: 0 });
    unit.all = all;
    const own = unit.within && unit.root.querySelector(unit.within);
    unit.first ??= all;
    // The message of an answer that is awaited may be there with no more than a name.
    if (unit.within && !own && unit.ask && all === unit.first) return null;
    const body = own || bodyOf(unit.root, unit.sizes);
    // The row of controls is all that an answer has while another is awaited in its place.
    if (unit.body && !overlaps(body, unit.body) && bare(textOf(body)).length < ROW_MAX) return null;
    unit.was = unit.body;
    unit.body = body;
    unit.turn = unit.turn?.isConnected ? unit.turn : turnBefore(unit.root);
    const asks = unit.turn ? bare(read(bodyOf(unit.turn))[0]) : "";
    const text = textOf(unit.body);
    if (text.length * RESTART < unit.length) {
      // Another answer begins in its place; to another question, if that was edited.
      Object.assign(unit, { since: now, stream: 0 });
      if (ask && !ask.answered && ask.forms.some((form) => asks.includes(form))) {
        unit.ask = ask;
        unit.more = undefined;
        ask.answered = now;
      }
    }
    unit.length = text.length;
    const form = unit.ask?.forms.find((form) => asks.includes(form)) ?? asks;
    // What else stands in a turn, such as its time, changes little; a question that was changed in its place is another.
    const more = asks.length - form.length;
    unit.more ??= more;
    unit.prompt = (more > unit.more + TIME_MAX ? asks : form).slice(0, PROMPT_MAX);
    return text;
  }

  return {
    /** Somebody asked, by a composer or by a suggestion's `control`. */
    ask({ text, control, sure, sentAt }, now) {
      const parts = control ? [...control.querySelectorAll("*")].map((part) => part.textContent) : [];
      pressedAt = -Infinity;
      const wanted = [text, ...parts].flatMap(forms).filter((form) => sure || form.length > 7);
      ask = wanted.length > 0 ? { forms: wanted, text, control, sure, sentAt, at: now, search: search(), told: false } : null;
    },

    chatOf,

    /** A control was used: its place in `MEANINGS`, or -1. */
    used(control, meaning) {
      const at = performance.now();
      // What comes may be another version.
      if (units.length > 0) pressedAt = at;
      used(control, meaning, { at, waiting: ask?.answered || ask?.isAgain ? null : ask });
    },

    /** For how many ms an element that came since the question is there, and its text is as it is; none where that is not known. */
    agesOf(element, now) {
      coming.take();
      const came = coming.came(element, now - ASK_MS);
      return came === undefined ? [] : agesOf(came, coming.touched(element, came), now);
    },

    /** Whether `element` stands in the message of an answer. */
    isPart: (element) => units.some(({ root }) => holds(root, element)),

    /** Whether `element` holds an answer and its question, and so more than one message. */
    isChat: (element) => units.some(({ root, turn }) => turn && holds(element, root) && holds(element, turn)),

    /** Something may have been sent: the answer may be complete before the next look. */
    pressed(now) {
      pressedAt = now;
    },

    /** The page changed. Whether all that changes is of interest, as an answer is awaited. */
    changed(batch, now) {
      records += batch.length;
      changedAt = now;
      const isAwaited = now - pressedAt < PRESSED_MS || Boolean(ask && !ask.answered);
      if (isAwaited && records <= RECORDS_MAX) coming.note(batch, now);
      return isAwaited;
    },

    /**
     * The answers on the page: their `body`, and the one they had before; the `text` if it changed; what is known of each.
     * `declared` are those that the page names; where it names all, none is looked for.
     */
    look(declared, now, isAuto) {
      // But not for ever: where changes never end, every other pass takes the time.
      const many = records > RECORDS_MAX && !wasMany;
      wasMany = many;
      records = 0;
      coming.take();
      if (ask && isOver(now)) ask = null;
      for (const output of declared) {
        if (!named.has(output) && ask) ask.answered ??= now;
        named.add(output);
      }
      const isOthers = (element) => declared.some((other) => overlaps(element, other));
      if (!isAuto) {
        // An answer that was edited and saved echoes what was typed.
        if (ask && !ask.answered) ask.echo = echoes(ask.forms, (element) => isTyped(element) || isOthers(element))[0];
        return [];
      }
      for (const { root, at, ask: theirs } of units) {
        // What is drawn anew while it grows is found again as it was found first.
        if (!root.isConnected && theirs && now - at < MORE_MS) ask ??= theirs;
        if (!root.isConnected && ask === theirs && ask) Object.assign(ask, { answered: undefined, isAgain: true });
      }
      units = units.filter(({ root }) => root.isConnected && !isOthers(root));
      if (!many) {
        recognise(now);
        if (ask) answer(now);
        units = units.filter(({ root }) => !isOthers(root));
      }
      let left = many ? 1 : READ_MAX;
      const texts = new Map();
      for (let n = 0; n < units.length && left > 0; n++) {
        // The newest, then the others where the last pass ended.
        const unit = units.at(n < 3 ? -1 - n : -1 - (turnToRead++ % units.length));
        if (texts.has(unit)) continue;
        texts.set(unit, refresh(unit, now));
        left -= unit.all.length;
      }
      const last = units.at(-1);
      if (last?.ask && last.turn && last.body && now - last.at >= REST_MS && last.learned !== last.all) {
        last.learned = last.all;
        last.within = bodySelector(last.root, last.body);
        signature = learn(last.root, last.body, last.turn) ?? signature;
      }
      return units
        .filter((unit) => unit.body)
        .map((unit) => ({ ...unit, text: texts.get(unit) ?? null, named: messageId(unit.root, unit.body), age: now - unit.since, still: now - unit.since - unit.stream }));
    },

    /** The text of the question and how many ms ago it was sent, as soon as it is certain that somebody asked; once. */
    asked(now) {
      if (!ask || ask.told || !(ask.answered || (ask.sure && ask.echo))) return null;
      ask.told = true;
      return [ask.control && ask.echo ? textOf(ask.echo).trim() : ask.text, now - ask.sentAt];
    },

    /** Whether something is to be looked at again although nothing changes. */
    waits: (now) => Boolean(ask) && now - changedAt < 7_000,
  };
}
