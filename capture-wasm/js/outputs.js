// Which elements of the page are outputs, and what their markup says of them.
// Facts only, and nothing on the page is changed: the Wasm module, which
// imports this file, decides what they mean. Here because one look is a dozen
// calls for every output, which as imports of the module would cost more.

/** How far up the output is looked for that a control belongs to. */
const LEVELS = 10;

/** `adapter`: the selector of outputs, and names of attributes, null where there is none. */
export function outputs(adapter) {
  /** Elements the page named itself, with what it said. */
  const bound = new Map();
  /** The id of the output that an element shows. */
  const held = new WeakMap();
  /** As of the last look. */
  let elements = [];

  const shown = () => elements.filter((element) => held.has(element));

  return {
    /** What the page's `output(element, binding)` said. */
    bind: (element, binding) => bound.set(element, binding),

    /**
     * All outputs on the page in one flat list. Each takes seven places: its
     * element, the id that the element held so far, then what the page says: id,
     * conversation, turn, variant, token. Null if the selector is none.
     */
    look() {
      const found = [];
      elements = [];
      const add = (element, ...facts) => {
        elements.push(element);
        found.push(element, held.get(element), ...facts);
      };
      for (const [element, { id, conversation, turn, variant, token }] of bound) {
        if (element.isConnected) add(element, id, conversation, turn, variant, token);
        else bound.delete(element);
      }
      let marked;
      try {
        marked = document.querySelectorAll(adapter.output);
      } catch {
        return null;
      }
      for (const element of marked) {
        if (bound.has(element) || element.closest("[data-tacit-private]")) continue;
        const own = (name) => name && element.getAttribute(name);
        const number = (name) => (own(name)?.trim() ? Number(own(name)) : null);
        const above = adapter.conversation && element.closest(`[${adapter.conversation}]`);
        add(
          element,
          own(adapter.id),
          above?.getAttribute(adapter.conversation),
          number(adapter.turn),
          number(adapter.variant),
          own("data-ai-token"),
        );
      }
      return found;
    },

    /** From now on the element shows this output. */
    hold: (element, id) => held.set(element, id),

    /** The id of the output the element shows. */
    held: (element) => held.get(element),

    /**
     * The id of the output whose message `element` stands in: the one it is
     * inside of, or the only one under the nearest ancestor that has any.
     */
    owner(element) {
      for (let level = 0; element && level < LEVELS; level++) {
        const inside = shown().filter((output) => element.contains(output));
        if (inside.length > 1) break;
        const id = held.get(inside[0] ?? element);
        if (id) return id;
        element = element.parentElement;
      }
    },

    /** The part of the selection in each output that has any: its id, the text, … */
    selected() {
      const parts = [];
      const selection = document.getSelection();
      if (!selection || selection.isCollapsed) return parts;
      for (const output of shown()) {
        let text = "";
        for (let n = 0; n < selection.rangeCount; n++) text += within(selection.getRangeAt(n), output);
        if (text.trim()) parts.push(held.get(output), text);
      }
      return parts;
    },
  };
}

/** The text of `range` inside `element`; `Range` knows it without layout. */
function within(range, element) {
  if (!range.intersectsNode(element)) return "";
  const part = range.cloneRange();
  const whole = document.createRange();
  whole.selectNodeContents(element);
  if (part.compareBoundaryPoints(Range.START_TO_START, whole) < 0) part.setStart(whole.startContainer, whole.startOffset);
  if (part.compareBoundaryPoints(Range.END_TO_END, whole) > 0) part.setEnd(whole.endContainer, whole.endOffset);
  return part.toString();
}
