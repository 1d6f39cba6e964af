// Signals as they arrive, for whoever integrates a site.

import { useEvery } from "../frame/every.js";
import { get, isAborted, path } from "../lib/api.js";
import { count } from "../lib/format.js";
import { html, useState } from "../lib/h.js";
import { Card, Empty } from "../lib/parts.js";
import { at } from "../lib/time.js";
import { Lines } from "./live/lines.js";
import { Narrow, narrowed } from "./live/narrow.js";
import { joined } from "./live/tail.js";

export const api = () => ["/v1/live"];
/** The view asks itself, only for what is new. */
export const every = 0;

const EVERY_MS = 1_500;

export function View({ data: [first], state, go, link }) {
  const [tail, setTail] = useState(first);
  const [isPaused, setPaused] = useState(false);
  const [problem, setProblem] = useState("");
  const look = async () => {
    try {
      const more = await get(path("/v1/live", { after: tail.next }));
      setTail((before) => joined(before, more));
      setProblem("");
    } catch (error) {
      if (!isAborted(error)) setProblem(error.message);
    }
  };
  useEvery(isPaused ? 0 : EVERY_MS, look, []);
  const shown = narrowed(tail.entries, state.params);
  return html`
    <${Card} title="Signals" note="Kept in memory while somebody watches, the latest few hundred. No text, no name of a person, no key.">
      <div class="live-bar">
        <button class="plain" aria-pressed=${String(isPaused)} onClick=${() => setPaused(!isPaused)}>${isPaused ? "Go on" : "Pause"}</button>
        <${Narrow} entries=${tail.entries} params=${state.params} go=${go} />
        <p class="quiet live-told">${count(shown.length)} of ${count(tail.entries.length)}, watching since ${at(tail.since)}${tail.missed ? "; more came than is kept" : ""}</p>
      </div>
      ${problem && html`<p class="bad" role="alert">${problem}</p>`}
      ${shown.length === 0
        ? html`<${Empty} title=${tail.entries.length === 0 ? "Nothing has come yet" : "Nothing of that"}>
            ${tail.entries.length === 0 ? html`What arrives from now on is shown here within a second or two. If nothing does, ask the <a href=${link("install")}>install check</a>.` : "Take a filter away."}<//>`
        : html`<${Lines} entries=${shown} link=${link} go=${go} />`}
    <//>`;
}
