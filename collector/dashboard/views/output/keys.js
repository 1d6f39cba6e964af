// Going through rows without a mouse.

import { useEffect } from "../../lib/h.js";

/** Keys of text are text there. */
const isTyping = ({ target }) => target.closest("input, textarea, select, [contenteditable]");

const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/** j and k go down and up the links of class `row-link`, arrows as well on one; `/` searches. */
export function useKeys() {
  useEffect(() => {
    const pressed = (event) => {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "/") {
        event.preventDefault();
        document.querySelector("input[name=q]")?.focus();
        return;
      }
      const step = STEPS[event.key];
      const rows = [...document.querySelectorAll(".row-link")];
      const here = rows.indexOf(document.activeElement);
      if (!step || rows.length === 0 || (event.key.startsWith("Arrow") && here < 0)) return;
      event.preventDefault();
      const next = here < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, here + step));
      rows[next].focus();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}
