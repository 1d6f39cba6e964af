// The page's one status line: read out by assistive technology, and shown when it matters to all.

import { byId } from "./dom.js";

const SHOWN_MS = 4_000;
let timer;

/** For those who cannot see it happen. */
export function announce(text) {
  say(text, false);
}

/** For everybody. */
export function notice(text) {
  say(text, true);
}

function say(text, visible) {
  const line = byId("notice");
  line.textContent = text;
  line.classList.toggle("visible", visible);
  clearTimeout(timer);
  timer = setTimeout(() => {
    line.classList.remove("visible");
    line.textContent = "";
  }, SHOWN_MS);
}
