// A button on each block of code.

import { iconButton } from "/dom.js";

const SHOWN_MS = 1_500;

export function startCopying() {
  for (const block of document.querySelectorAll("figure.code")) {
    const button = iconButton("copy", "Copy", () => copy(button, block.querySelector("code").textContent));
    button.classList.add("copy");
    block.append(button);
  }
}

async function copy(button, text) {
  try {
    await navigator.clipboard.writeText(text);
    button.dataset.tip = "Copied";
  } catch {
    button.dataset.tip = "The browser did not allow it";
  }
  setTimeout(() => delete button.dataset.tip, SHOWN_MS);
}
