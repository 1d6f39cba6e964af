// The top line: whose figures these are, whether the collector works, the way out.

import { html, useEffect, useState } from "../lib/h.js";
import { useEvery } from "./every.js";
import { Projects } from "./projects.js";

const READY_EVERY_MS = 5_000;

/** What `/readyz` says, in a word: it needs no key. */
function useReady() {
  const [ready, setReady] = useState();
  const look = async () => {
    try {
      setReady(await (await fetch("/readyz", { cache: "no-store" })).json());
    } catch {
      setReady(null);
    }
  };
  useEffect(() => void look(), []);
  useEvery(READY_EVERY_MS, look, []);
  return ready;
}

function told(ready) {
  if (ready === undefined) return ["", "Asking …"];
  if (ready === null) return ["bad", "Not reachable"];
  return ready.ready ? ["good", "Ready"] : ["bad", `Not ready: ${ready.reasons.join(", ")}`];
}

export function Bar({ open, projects, linkTo, here, message, onAdd, onLeave, isMenuOpen, onMenu }) {
  const [state, text] = told(useReady());
  return html`
    <header class="bar">
      <button class="menu" aria-expanded=${String(isMenuOpen)} aria-controls="nav" onClick=${onMenu}>Menu</button>
      <a class="mark" href="#/">Tacit</a>
      <${Projects} open=${open} projects=${projects} linkTo=${linkTo} here=${here} onAdd=${onAdd} onLeave=${onLeave} />
      <p id="health" role="status"><span class=${`dot ${state}`}></span>${message || text}</p>
      <button id="sign-out" class="plain" onClick=${() => onLeave()}>Sign out${projects.length > 1 && html`<span class="of-all"> of all</span>`}</button>
    </header>`;
}
