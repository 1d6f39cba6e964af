// The button that brings simulated visitors, and where to see what they did.

import { byId } from "./dom.js";
import { count } from "./inspector/words.js";
import { linesOf } from "./stream.js";

const VISITS = 200;

export function startVisitors() {
  const button = byId("send-visitors");
  const link = byId("dashboard-link");
  link.href = `${document.querySelector("meta[name=collector]").content}/`;
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true"); // keeps the focus
    await bring().catch(() => say("They did not arrive: the demo server does not answer."));
    byId("visitors-progress").hidden = true;
    button.setAttribute("aria-disabled", "false");
  });
}

async function bring() {
  const progress = byId("visitors-progress");
  Object.assign(progress, { max: VISITS, value: 0, hidden: false });
  const response = await fetch("/api/visitors", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ visits: VISITS }),
  });
  if (!response.ok) return say(`They did not arrive: ${(await response.json()).error}.`);
  for await (const text of linesOf(response.body)) {
    const line = JSON.parse(text);
    progress.value = line.done;
    if (line.type === "failed") say(`They did not all arrive: ${line.message}`);
    if (line.type === "end") say(`${count(line.done, "visit")} came: ${count(line.outputs, "answer")}, ${count(line.signals, "signal")}.`);
  }
}

function say(text) {
  byId("visitors-note").textContent = text;
}
