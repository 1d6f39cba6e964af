// Editors that an answer was put into, and answers that were accepted. Few pages
// see either, so what follows them is a part of its own, texts.js, which is fetched
// when an editor holds what may be an answer, or one was accepted. Until it is
// there, what happens is kept for it.

import { listen } from "./attach.js";
import { bring, texts, withLate } from "./later.js";
import { editorOf, valueOf } from "./reading.js";
import { inside } from "./retire.js";
import { kept } from "./storage.js";

/** By the numbers that texts/src/editors.rs knows them by. */
const EVENTS = {
  focusin: 0,
  focusout: 1,
  keydown: 2,
  compositionstart: 3,
  compositionend: 4,
  paste: 5,
  drop: 5,
  pointerdown: 6,
  // Before the change, and after it: an editor may take either for itself.
  beforeinput: 8,
  input: 8,
};
const [FOCUSED, LEFT, COMPOSES, COMPOSED, ARRIVES, PRESSED, ARRIVED] = [0, 1, 3, 4, 5, 6, 7];

/** So much is kept for the part. */
const MISSED_MAX = 1_000;

/**
 * `core`: what the part uses of it; `isSeed(text)`: whether that may come from an
 * answer; `onMissing` hears if the part cannot be had.
 */
export function editing(core, isSeed, onMissing) {
  let part = null;
  /** What happened since the part is wanted; null while it is not. */
  let missed = null;
  /** What the editor with the focus holds was looked at since the last press: that may have made the app fill it. */
  let looked = false;
  let composing = false;
  let last;
  /** Looks at what was put into an editor, which is there a moment later; at the latest before the next key. */
  let arrive;

  const tell = (act) => {
    if (part) act(part);
    else if (missed?.length < MISSED_MAX) missed.push(act);
  };

  function want() {
    if (missed) return;
    missed = [];
    bring(onMissing, texts);
    withLate((loaded) => {
      const acts = missed;
      missed = {};
      part = loaded?.open(core);
      if (part) for (const act of acts) act(part);
    }, texts);
  }

  /** Wants the part if an answer may be in the editor. */
  function look(editor) {
    const text = composing ? "" : valueOf(editor);
    if (text.trim() && isSeed(text)) want();
  }

  /** Tells what happened, or keeps it with what the editor holds, if that will be asked for. */
  function note(what, editor, key, isTrusted, reads) {
    if (part) return part.happened(what, editor, key, isTrusted);
    if (!missed) return;
    last = editor ?? last;
    const past = reads && last?.isConnected ? valueOf(last) : null;
    tell((part) => part.happened(what, editor, key, isTrusted, past));
  }

  function happened(event) {
    const { type, key, isTrusted } = event;
    const what = EVENTS[type];
    const editor = what === PRESSED ? undefined : editorOf(event);
    if (part) return part.happened(what, editor, key, isTrusted);
    if (key) arrive?.();
    if (what === PRESSED) looked = false;
    composing = what === COMPOSES || (composing && what !== COMPOSED && what !== FOCUSED);
    const looks = editor && (what === FOCUSED || (isTrusted && !looked && what !== LEFT && what !== COMPOSES));
    if (looks) {
      looked = what !== FOCUSED;
      look(editor);
    }
    note(what, editor, key, isTrusted, looks || what < 2 || what === ARRIVES || what === PRESSED || key === "Enter" || key === "Escape");
    if (what === ARRIVES && editor && !part) {
      arrive = () => {
        arrive = null;
        if (!missed) look(editor);
        note(ARRIVED, editor, key, isTrusted, true);
      };
      setTimeout(() => arrive?.());
    }
  }

  return {
    start() {
      const hear = inside(happened);
      for (const type in EVENTS) if (Object.hasOwn(EVENTS, type)) listen(document, type, hear);
      if (kept()) want();
    },
    /** What only matters where an editor is followed; see `texts_hint` in texts/src/lib.rs. */
    hint: (what) => tell((part) => part.hint(what)),
    /** Text of an output was accepted. */
    keep(...known) {
      const now = Date.now();
      want();
      tell((part) => part.keep(now, ...known));
    },
    /** A prompt was sent. */
    sent: (text) => tell((part) => part.sent(text)),
    consent: (granted) => tell((part) => part.consent(granted)),
  };
}
