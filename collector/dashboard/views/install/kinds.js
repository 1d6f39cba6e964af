// A light for each kind of signal.

import { count, words } from "../../lib/format.js";
import { html } from "../../lib/h.js";
import { Card } from "../../lib/parts.js";
import { ago } from "../../lib/time.js";

/** What to do on the page to see one; those a person causes come first. */
const TRY = {
  shown: "let an answer finish on the page",
  dwell: "read it for some seconds, and leave the tab",
  selected: "select some of it",
  copied: "copy some of it",
  pasted: "paste it into the page",
  accepted: "press its accept, insert or apply control",
  dismissed: "press its reject control",
  edited: "edit it in an editor of the page",
  regenerated: "ask for another answer",
  switched: "go back to the one before",
  stopped: "stop it while it streams",
  rated: "press a thumb",
  followed_up: "send another prompt",
  survived: "wait half a minute after accepting or pasting it",
  shared: "press its share control",
  downloaded: "press its download control",
  converted: "sent by your own code: tacit.signal(id, \"converted\", {name})",
  content: "only with data-content",
};

export function Kinds({ kinds, now }) {
  const seen = kinds.filter((kind) => kind.count > 0).length;
  return html`
    <${Card} title="Signals by kind" note=${`${seen} of ${kinds.length} kinds have arrived. A site needs no more than it has controls for.`}>
      <ul class="kinds">${kinds.map((kind) => html`<${Light} key=${kind.kind} kind=${kind} now=${now} />`)}</ul>
    <//>`;
}

function Light({ kind: { kind, count: many, last_at }, now }) {
  const isSeen = many > 0;
  return html`
    <li class=${isSeen ? "seen" : ""} data-kind=${kind}>
      <span class="light" aria-hidden="true">${isSeen ? "✓" : ""}</span>
      <span><b>${words(kind)}</b>
        <span class="quiet">${isSeen ? `${count(many)}, last ${ago(last_at, now)}` : TRY[kind]}</span>
        ${!isSeen && html`<span class="unseen">not yet</span>`}
      </span>
    </li>`;
}
