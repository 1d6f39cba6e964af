// What a person clicks on, and how it looks. Facts only: the Wasm module, which
// imports this file, decides what they mean.

import { listen } from "./attach.js";
import { late, withLate } from "./later.js";
import { targetOf, valueOf } from "./reading.js";
import { inside } from "./retire.js";

/** Leaves that act. A bare `tabindex` is also on whole messages: see `isLeaf`. */
const CONTROLS =
  "button,[role=button],[role^=menuitem],[role=radio],a[role],a[download],input[type=radio],[tabindex]";

/** The same without a doubt: what has one of these inside is no leaf. */
export const SURE = CONTROLS.replace(",[tabindex]", "");

/** A name longer than this is a sentence, not a control. */
export const NAME_MAX = 40;

/** Steps of an event's path that are looked at. */
const PATH_MAX = 24;

/** How far around a control the composer is looked for. */
const LEVELS = 6;

/**
 * What controls are for, in the order in which their names are tried: down before
 * up, as "dislike" and "not helpful" contain the other; what is saved as a copy or
 * stopped before what it says besides.
 */
export const MEANINGS = "down up stop save cancel regenerate edit share download previous next accept dismiss copy star".split(" ");

/** So many clicks wait for the names of controls. */
const EARLY_MAX = 8;

/** What a control is for by its names; -1 if they do not tell, or are not there yet. */
export const meaningOf = (control) => late.part?.meaningOf(control) ?? -1;

/**
 * `adapter`: what the page declared, whose `controls` pair meanings and selectors,
 * and `keys` meanings and shortcuts.
 */
export function controls(adapter) {
  const { controls: declared = [], keys = [] } = adapter;
  /** Clicks before the names of controls were there. */
  let early = [];

  function declaredOf(path) {
    if (path.some(isPrivate)) return undefined;
    for (const node of path) {
      for (const [meaning, selector] of declared) {
        if (isDeclared(node, selector)) return [node, MEANINGS.indexOf(meaning)];
      }
    }
  }

  function pressed(event) {
    const combination = ["Ctrl", "Alt", "Shift", "Meta"].filter((name) => event[`${name.toLowerCase()}Key`]);
    const key = [...combination, event.key].join("+").toLowerCase();
    const meaning = keys.find(([, combination]) => combination.toLowerCase() === key)?.[0];
    const [place] = pathOf(event);
    return meaning && place && [place, MEANINGS.indexOf(meaning)];
  }

  return {
    /** Calls `onAct` with what may be an act, `onKey` with what may be a shortcut; once more with what turns out to be one when the names are there. */
    acts(onAct, onKey) {
      listen(document, "click", onAct);
      listen(document, "keydown", inside((event) => {
        if (isPress(event)) onAct(event);
        else if (keys.length > 0) onKey(event);
      }));
      withLate((part) => {
        part?.learnNames();
        for (const event of early) if (meaningOf(event.control) >= 0) onAct(event);
        early = null;
      });
    },

    /**
     * The control that was clicked and what it is for: its element, the place of
     * the meaning in `MEANINGS` or -1, its state, and for a star which of how many
     * it is.
     * Undefined if a click there is no act, or a key no shortcut.
     */
    of(event) {
      if (event.type === "keydown" && !isPress(event)) return pressed(event);
      const found = declaredOf(pathOf(event));
      if (found) return [...found, stateOf(found[0])];
      const control = controlOf(event);
      if (!control) return undefined;
      // A toggle has changed when its click is looked at again.
      const { type, state = stateOf(control, event.was) } = event;
      if (!late.part && early?.length < EARLY_MAX) {
        const path = event.composedPath();
        early.push({ isTrusted: true, type, control, state, composedPath: () => path });
      }
      const [meaning, ...star] = late.part?.nameControl(control) ?? [-1];
      return [control, meaning, state, ...star];
    },
  };
}

/** Whether a key does what a click does elsewhere: on an element that only says that it is a control. */
const isPress = (event) => event.key === "Enter" && controlOf(event) === targetOf(event) && !/^(BUTTON|A|INPUT)$/i.test(targetOf(event).tagName);

function isDeclared(node, selector) {
  try {
    return node.matches(selector);
  } catch {
    return false;
  }
}

/** The elements an event passes, from the inside out, also out of open shadow roots. */
function pathOf(event) {
  return event.composedPath().slice(0, PATH_MAX).filter((node) => node.nodeType === Node.ELEMENT_NODE);
}

/** The control an event happened in; none in a part that is private. */
export function controlOf(event) {
  const path = pathOf(event);
  const control = path.find((node) => node.matches(CONTROLS));
  return control && isLeaf(control) && !path.some(isPrivate) ? control : undefined;
}

const isPrivate = (node) => node.matches("[data-tacit-private]");

function isLeaf(control) {
  if (control.matches(SURE)) return !control.querySelector(SURE);
  return !control.querySelector(CONTROLS) && !isEditable(control) && control.textContent.trim().length <= NAME_MAX;
}

const isEditable = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);

/**
 * What a toggle looks like: "+" or "-" as it says whether it is on, or `was` said
 * before, "?" if it does not, and all that a page changes to show it.
 */
export function stateOf(control, was) {
  if (!control.isConnected) return "";
  const said = [was, ...["aria-pressed", "aria-checked", "aria-selected"].map((name) => control.getAttribute(name))];
  const on = said.find((value) => value) ?? (control.type === "radio" ? String(control.checked) : "");
  const shown = control
    .getAttributeNames()
    .filter((name) => name === "class" || (name.startsWith("data-") && name !== "data-state"))
    .map((name) => control.getAttribute(name));
  return ({ true: "+", false: "-" }[on] ?? "?") + shown.join("\n") + control.innerHTML.slice(0, 2000);
}

/** Whether the control stands with an empty editor: one that is not sends what is in it. */
export function mayStop(control) {
  let around = control.parentElement;
  for (let level = 0; around && level < LEVELS; level++, around = around.parentElement) {
    const editor = around.querySelector("textarea,[contenteditable=true],[role=textbox],input[type=text]");
    if (editor) return !valueOf(editor).trim();
  }
  return false;
}

/** Whether it is in a menu, which may hang anywhere in the page. */
export const isInMenu = (control) => Boolean(control.closest("[role=menu],[role=listbox]"));
