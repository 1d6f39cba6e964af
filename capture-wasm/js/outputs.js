// Which elements of the page are outputs, and what their markup says of them.
// Facts only, and nothing on the page is changed: the Wasm module, which
// imports this file, decides what they mean. Here because one look is a dozen
// calls for every output, which as imports of the module would cost more.

import { composers } from "./composer.js";
import { controls } from "./controls.js";
import { selectedIn } from "./copies.js";
import { finding } from "./finding.js";
import { read } from "./reading.js";
import { inside } from "./retire.js";
import { SHADOW, holds, hostOf, meet, onShadow, path, up } from "./find/tree.js";

/** Places of an output in the list of `look()`. */
const PLACES = 12;

/** The newest so many outputs of a page are looked at. */
const OUTPUTS_MAX = 200;

/** How far up the output is looked for that a control belongs to. */
const LEVELS = 10;

/** A page that changed so lately may still be given an answer. */
const GROWS_MS = 300;

/** What holds all messages of a page. */
const PAGE = "body,main,[role=main],[role=log],[role=feed]";

/**
 * `adapter`: the selector of outputs, and names of attributes, null where there is none; `composer`, a selector; `auto`
 * where outputs are also found by what they do. `onAsked` hears what was asked.
 */
export function outputs(adapter, onAsked = () => {}) {
  /** Elements the page named itself, with what it said. */
  const bound = new Map();
  /** The id of the output that an element shows. */
  const held = new WeakMap();
  /** The number of the chat of an element, where it was found by what it does. */
  const chats = new WeakMap();
  /** As of the last look. */
  let elements = [];
  /** The open shadow roots that are known, and what hears of their changes. */
  let shadows = [];
  /** When the page changed last; and whether a look at it is under way. */
  let changedAt = performance.now();
  let isTold = false;
  /** The list of the last look. */
  let last = null;
  let observer;
  /** Whether changes are not heard of until the next look: one is enough to know that there is one. */
  let isDeaf = false;
  let observe = () => {};

  /** Where a page says anything of an output: mostly nothing but the output itself does. */
  const said = ["data-tacit-private", adapter.id, adapter.conversation, adapter.turn, adapter.variant, "data-ai-token"].filter(Boolean).map((name) => `[${name}]`).join();

  const shown = () => elements.filter((element) => held.has(element));
  const isPart = (element) => found().isPart(element) || path(element).some((place) => held.has(place));
  const editors = composers(isPart, adapter.composer);
  const found = finding(roots, editors.all);
  /** The question that was told to have been sent, until it is certain. */
  let after = null;

  /** Whether an element around an output is more than its message. */
  const isChat = (element) =>
    element.matches(PAGE) || found().isChat(element) || editors.all().some((editor) => holds(element, editor) && !isPart(editor));

  function roots() {
    shadows = shadows.filter((root) => root.host.isConnected);
    return [document, ...shadows];
  }

  /** Shadow roots are met where a person does something, and where answers are looked for: no built-in has to be patched. */
  onShadow((root) => {
    if (shadows.includes(root)) return;
    shadows.push(root);
    observe(root);
    for (const inside of root.querySelectorAll("*")) if (inside.shadowRoot) meet(inside.shadowRoot);
  });

  /** The ids of outputs, each with its chat, as they were when something may have been sent: by the next look its answer may be there. */
  let before = [];

  /** The newest of them in the chat of `editor`. */
  function latest(editor) {
    const own = found().chatOf(editor);
    return before.findLast(([, chat]) => (chat ?? own) === own)?.[0];
  }

  /** The id of the output in the message above a row of controls; none if it says something, as a person's turn does, or the message is a chat. */
  function above(row) {
    const message = row.previousElementSibling;
    if (!message || found().isChat(message) || /\p{L}/u.test(read(row)[0]) || editors.all().some((editor) => holds(row, editor))) return undefined;
    const inside = shown().filter((output) => holds(message, output));
    return inside.length === 1 && chats.has(inside[0]) ? held.get(inside[0]) : undefined;
  }

  const { acts, of } = controls(adapter);

  return {
    acts,

    /** The control of an event, as `controls` tells it. */
    used(event) {
      const used = of(event);
      if (used) found().used(used[0], used[1]);
      return used;
    },

    /** What the page's `output(element, binding)` said. */
    bind(element, binding) {
      bound.set(element, binding);
      changedAt = performance.now();
    },

    /**
     * All outputs on the page in one flat list. Each takes twelve places: its
     * element, the id that the element held so far, then what the page says: id,
     * conversation, turn, variant, token. Of outputs found by what they do also the
     * text, if it changed, the question, the number of the chat, since how many ms it
     * is there and since how many its text is as it is. Null if the selector is none,
     * and a list of one where all is as it was.
     */
    look() {
      const now = performance.now();
      isTold = false;
      if (isDeaf) {
        roots().forEach(observe);
        // It may have gone on until now.
        changedAt = now;
      }
      isDeaf = false;
      const sent = editors.sent();
      if (sent) {
        after = latest(sent.editor ?? sent.control);
        found().ask(sent, now);
      }
      const list = [];
      elements = [];
      const add = (element, ...facts) => {
        elements.push(element);
        list.push(element, held.get(element), ...facts);
        list.length = elements.length * PLACES;
      };
      for (const [element, { id, conversation, turn, variant, token }] of bound) {
        if (element.isConnected) add(element, id, conversation, turn, variant, token);
        else bound.delete(element);
      }
      let marked;
      try {
        marked = roots().flatMap((root) => [].slice.call(root.querySelectorAll(adapter.output), -OUTPUTS_MAX)).slice(-OUTPUTS_MAX);
      } catch {
        observer?.disconnect();
        return null;
      }
      for (const element of marked) {
        // On the element, or on what is around it, also around its shadow tree.
        const sayers = [];
        for (let place = element; place; ) {
          const sayer = place.closest(said);
          if (sayer) sayers.push(sayer);
          place = sayer ? up(sayer) : shadows[0] && hostOf(place.getRootNode());
        }
        const own = (name) => (name && sayers.find((sayer) => sayer.hasAttribute(name))?.getAttribute(name)) ?? null;
        const number = (name) => (own(name)?.trim() ? Number(own(name)) : null);
        if (bound.has(element) || own("data-tacit-private") !== null) continue;
        add(
          element,
          own(adapter.id),
          own(adapter.conversation),
          number(adapter.turn),
          number(adapter.variant),
          own("data-ai-token"),
          ...[, , ,],
          ...(held.has(element) ? [] : found().agesOf(element, now)),
        );
      }
      for (const { body, was, named, text, prompt, chat, age, still } of found().look([...elements], now, adapter.auto)) {
        if (was && was !== body && held.has(was)) {
          held.set(body, held.get(was));
          held.delete(was);
        }
        // A look that comes late may see what is over.
        if (text !== null && now - changedAt < GROWS_MS) editors.grew();
        chats.set(body, chat);
        add(body, named, null, null, null, null, text, prompt, chat, age, still);
      }
      const isSame = list.length === last?.length && list.every((fact, n) => n % PLACES > 9 || Object.is(fact, last[n]));
      last = list;
      return isSame ? [null] : list;
    },

    /** Calls `onChange` at the first change of the page after a look at it; also inside of open shadow roots. */
    watch(onChange) {
      const note = (records) => {
        changedAt = performance.now();
        if (!found().changed(records, changedAt)) {
          observer.disconnect();
          isDeaf = true;
        }
        if (isTold) return;
        isTold = true;
        onChange();
      };
      observer = new MutationObserver(inside(note));
      const how = { childList: true, characterData: true, subtree: true };
      // Other attributes change many times a second on some pages.
      const attributeFilter = [adapter.id, adapter.turn, adapter.variant].filter(Boolean);
      if (attributeFilter.length > 0) how.attributeFilter = attributeFilter;
      observe = (root) => observer.observe(root, how);
      observe(document);
      for (const element of document.querySelectorAll(":defined")) if (element.shadowRoot) meet(element.shadowRoot);
    },

    /** When the page changed last. */
    changed: () => changedAt,

    /** An event of a person; whether a question may have been sent. */
    heard(event) {
      for (const node of event.composedPath()) if (node.nodeType === SHADOW) meet(node);
      // By this key an answer may be stopped, as by a control that says so.
      if (event.key === "Escape") found().used(event, 2);
      const mayAsk = editors.heard(event);
      if (mayAsk) {
        found().pressed(performance.now());
        before = shown().map((output) => [held.get(output), chats.get(output)]);
      }
      return mayAsk;
    },

    /** A question that was sent, as soon as it is certain: its text, how many ms ago it was sent, and the id of the output it follows. */
    asked() {
      const asked = found().asked(performance.now());
      if (!asked) return null;
      onAsked(asked[0]);
      return [...asked, after];
    },

    /** Whether an answer goes on although its text rests. */
    busy: editors.busy,

    /** Whether the page is to be looked at again although nothing changes. */
    waits: () => editors.waits() || found().waits(performance.now()),

    /** From now on the element shows this output. */
    hold: (element, id) => held.set(element, id),

    /** The id of the output the element shows. */
    held: (element) => held.get(element),

    /**
     * The id of the output whose message `element` stands in: the one it is
     * inside of, or the only one under the nearest ancestor that has any, and is
     * not the whole chat; in a row that has nothing but controls, the one above.
     */
    owner(element) {
      let row;
      for (let level = 0; element && level < LEVELS; level++) {
        const inside = shown().filter((output) => holds(element, output));
        if (inside.length > 1 || (inside[0] && isChat(element))) return row && above(row);
        const id = held.get(inside[0] ?? element);
        if (id) return id;
        row = element;
        element = up(element);
      }
    },

    /** The part of the selection in each output that has any: its id, the text, … */
    selected: () => selectedIn(shown().map((element) => [element, held.get(element)])),
  };
}
