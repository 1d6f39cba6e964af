// Which editable is the composer, and what was sent from it. Found by what it
// does: at Enter or a click it holds a text, and soon after it does not. Facts
// only; nothing of the page is changed, and a value is read when something may
// have been sent, never while a person types.

import { controlOf, meaningOf } from "./controls.js";
import { up } from "./find/tree.js";
import { editorOf, targetOf, valueOf } from "./reading.js";

/** Sending may take the page this long: it may wait for its server. */
const SENDING_MS = 10_000;

/** What a control says may be what it asks, as suggestions do. */
const SUGGESTION_MAX = 400;

/** How far up from a composer its controls are looked for, and how many. */
const LEVELS = 6;
const CONTROLS_MAX = 12;

const EDITABLES = "textarea,input[type=text],input:not([type]),[contenteditable]";

/** `isPart(element)`: whether it stands in an answer; `chosen`: a selector of the composer, if the page named one. */
export function composers(isPart, chosen) {
  /** Those that were used, the one in use last. Weak, as pages replace them. */
  let used = [];
  /** Those that hold a text which may just have been sent. */
  let holding = [];
  let suggestion = null;
  /** What turned out to have been sent when something else was pressed. */
  let before = null;
  /** The editables that were on the page then. */
  let there = null;
  let pressedAt = 0;
  /** What the controls of a composer show while nothing is asked; and what they showed when the answer to the last question began to grow. */
  const idle = new WeakMap();
  let streaming = null;

  const use = (editor) => {
    used = [...used.filter((other) => other.deref() && other.deref() !== editor), new WeakRef(editor)].slice(-4);
  };
  const isComposer = (editor) => editor && !editor.closest("[data-tacit-private]") && (chosen ? editor.closest(chosen) : !isPart(editor));

  /** What the editables hold that may be the composer. */
  function held(event) {
    const focused = targetOf(event).getRootNode().activeElement;
    const candidates = new Set(used.map((editor) => editor.deref()));
    if (focused?.matches(EDITABLES) && isComposer(focused)) candidates.add(focused);
    const held = [];
    for (const editor of candidates) {
      const text = editor?.isConnected ? valueOf(editor) : "";
      if (text.trim()) held.push({ editor, text });
    }
    return held;
  }

  /** Remembers what is held before the page's own listeners run. */
  function press(event) {
    before = take() ?? before;
    // Of an event before there was a core, the loader noted it.
    holding = event.held?.filter(({ editor, text }) => text.trim() && isComposer(editor)) ?? held(event);
    pressedAt = event.at ?? performance.now();
    if (holding.length > 0) {
      there = new WeakSet(document.querySelectorAll(EDITABLES));
      return true;
    }
    const control = event.type === "click" && controlOf(event);
    // What a control is called is no question, if that says what it does.
    const says = control && !isPart(control) && meaningOf(control) < 0 && control.textContent.trim();
    suggestion = says && says.length <= SUGGESTION_MAX ? control : null;
    return Boolean(suggestion);
  }

  /** What was sent since the last press, if anything was. */
  function take() {
    for (const { editor, text } of holding) {
      const gone = !editor.isConnected;
      const now = gone ? "" : valueOf(editor);
      // What is typed next may be there already.
      if (now.trim() && now.startsWith(text.slice(0, 8))) continue;
      holding = [];
      streaming = null;
      if (!gone) use(editor);
      return { text, editor, sure: !gone || Boolean(heir(editor)), sentAt: pressedAt };
    }
    if (performance.now() - pressedAt > SENDING_MS) holding = [];
    const says = suggestion;
    suggestion = null;
    return says && { text: says.textContent, control: says, sure: false, sentAt: pressedAt };
  }

  return {
    /** An event of a person. Whether something may have been sent by it. */
    heard(event) {
      const { type } = event;
      if (type === "focusin" || type === "input") {
        const editor = editorOf(event);
        if (!isComposer(editor)) return;
        if (type === "input") use(editor);
        else if (!valueOf(editor).trim()) learnIdle(editor);
      } else if (type !== "keydown" || (event.key === "Enter" && !event.isComposing)) {
        // Enter also ends the choice of a word in scripts that are composed.
        return press(event);
      }
    },

    /**
     * What was sent since the last time, once: `text`, the `editor` it was sent from, and whether it is `sure` that
     * it was. Otherwise a suggestion may have been, or an editor that went away with its text may have been given up.
     */
    sent() {
      const sent = before ?? take();
      before = null;
      return sent;
    },

    /** Whether something may still turn out to have been sent. */
    waits: () => Boolean(before) || holding.length > 0,

    /** An answer grew. Its last change may come when the controls are those of rest again. */
    grew() {
      const editor = used.at(-1)?.deref();
      if (editor?.isConnected && idle.has(editor)) streaming ??= controlsOf(editor);
    },

    /** Whether the controls still show what they showed when the answer began to grow, and never when nothing was asked. */
    busy() {
      const editor = used.at(-1)?.deref();
      return Boolean(streaming) && idle.get(editor) !== streaming && controlsOf(editor) === streaming;
    },

    /** The composers used so far that are on the page. */
    all: () => used.map((editor) => editor.deref()).filter((editor) => editor?.isConnected),
  };

  /** One that comes into focus while an answer is given does not show rest yet. */
  function learnIdle(editor) {
    const shown = controlsOf(editor);
    if (!idle.has(editor) || (streaming && shown !== streaming)) idle.set(editor, shown);
  }

  /** An empty composer that came in the place of `editor`, as some pages move theirs after the first question. */
  function heir(editor) {
    for (const other of document.querySelectorAll(editor.tagName)) {
      if (other.matches(EDITABLES) && !there.has(other) && !valueOf(other).trim() && isComposer(other)) {
        use(other);
        return other;
      }
    }
  }

  /** What the controls next to a composer show: sending becomes stopping while an answer is given, in whatever way. */
  function controlsOf(editor) {
    for (let place = up(editor), level = 0; place && level < LEVELS; place = up(place), level++) {
      const controls = [...place.querySelectorAll(":is(button,[role=button]):not([data-tacit-private] *)")].slice(0, CONTROLS_MAX);
      // Where the nearest stand in an answer, the composer has none.
      if (controls.length > 0) return isPart(controls[0]) ? "" : controls.map(({ id, title, ariaLabel, innerHTML }) => [id, title, ariaLabel, innerHTML]).join();
    }
    return "";
  }
}
