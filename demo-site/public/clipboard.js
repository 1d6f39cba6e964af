// Copying, with a short "Copied" on the button itself, which changes nothing around it.

import { setIcon } from "./dom.js";
import { announce, notice } from "./notice.js";

const SHOWN_MS = 1_600;
const timers = new WeakMap();

export async function copyWithFeedback(button, text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    notice("The browser did not allow copying. Select the text and press Ctrl+C.");
    return;
  }
  announce("Copied");
  setIcon(button, "check");
  button.dataset.tip = "Copied";
  clearTimeout(timers.get(button));
  timers.set(button, setTimeout(() => reset(button), SHOWN_MS));
}

function reset(button) {
  setIcon(button, "copy");
  delete button.dataset.tip;
}
