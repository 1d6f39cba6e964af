// What a person does before the core is there: a rating of an answer that came with
// the page, a copy of it, a prompt. Noted with what cannot be known later, and handed
// to the core, which hears it as it would have then. Part of the loader, so small.

/** More than anybody does in the seconds that loading takes. */
const ACTS_MAX = 16;

/** What a prompt may be typed into. */
const EDITABLES = ":is(textarea,[type=text],input:not([type]),[contenteditable]):not([data-tacit-private],[data-tacit-private] *)";

/** Begins to listen. Returns what ends that, and gives what was noted. */
export function hearken() {
  const acts = [];
  /** The editor that was typed into last. */
  let typed;
  const note = (event) => {
    try {
      const { type, key, isTrusted } = event;
      const path = event.composedPath();
      if (type === "input") [typed] = path;
      else if (
        // What a script did is nobody's act; so is what no press came before.
        isTrusted &&
        navigator.userActivation?.isActive !== false &&
        (!key || (key === "Enter" && !event.isComposing)) &&
        acts.length < ACTS_MAX
      ) {
        const selection = getSelection();
        acts.push({
          type: key ? "submit" : type,
          isTrusted,
          at: performance.now(),
          composedPath: () => path,
          ranges: selection.rangeCount ? [selection.getRangeAt(0).cloneRange()] : [],
          // A toggle has changed, and a prompt is gone, when the core looks.
          was: path.find((node) => node.ariaPressed)?.ariaPressed,
          held: [typed, document.activeElement]
            .filter((editor) => editor?.matches(EDITABLES))
            .map((editor) => ({ editor, text: editor.value ?? editor.textContent })),
        });
      }
    } catch {
      // Then it is not known.
    }
  };
  const each = (change) => {
    for (const type of ["click", "copy", "cut", "submit", "keydown", "input"]) document[change](type, note, { capture: true, passive: true });
  };
  each("addEventListener");
  return () => {
    each("removeEventListener");
    typed = null;
    return acts.splice(0);
  };
}
