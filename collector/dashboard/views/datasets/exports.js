// What each format would hold now, and taking it along.

import { ask, ofProject } from "../../lib/api.js";
import { count, counted, words } from "../../lib/format.js";
import { html, useState } from "../../lib/h.js";
import { Card } from "../../lib/parts.js";
import { FORMATS, LABELS } from "./formats.js";

/** What an export holds and leaves out, as its header says; the rows are not read. */
async function summary(name) {
  const asking = new AbortController();
  const response = await ask(`/v1/datasets/${name}`, { signal: asking.signal });
  const told = JSON.parse(response.headers.get("tacit-export"));
  asking.abort();
  return told;
}

export function Exports() {
  return html`
    <${Card} title="Export now" note="As of this moment, by the default policy. Nothing is kept: a build is what to train from.">
      <ul class="exports">${[...FORMATS, ...LABELS].map(([name, what]) => html`<${One} key=${name} name=${name} what=${what} />`)}</ul>
    <//>`;
}

function One({ name, what }) {
  const [told, setTold] = useState();
  const look = async () => {
    setTold({ isAsking: true });
    try {
      setTold(await summary(name));
    } catch (error) {
      setTold({ problem: error.message });
    }
  };
  return html`
    <li>
      <span><b>${name}</b> <span class="quiet">${what}</span></span>
      <span class="acts">
        <button class="small plain" aria-label=${`Count the rows of ${name}`} disabled=${told?.isAsking} onClick=${look}>Count</button>
        <a href=${ofProject(`/v1/datasets/${name}`)} download aria-label=${`Download ${name}`}>Download</a>
      </span>
      <p class="quiet exports-told" role="status">${told && said(told)}</p>
    </li>`;
}

function said({ isAsking, problem, rows, skipped = {}, hint }) {
  if (isAsking) return "Counting …";
  if (problem) return problem;
  const others = Object.entries(skipped).sort(([, a], [, b]) => b - a).map(([reason, many]) => `${count(many)} ${words(reason)}`);
  return `${counted(rows, "row")}${others.length > 0 ? `; in none: ${others.join(", ")}` : ""}${hint ? `. ${hint}` : ""}`;
}
