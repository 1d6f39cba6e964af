// Which time is looked at.

import { html, useEffect, useRef, useState } from "../lib/h.js";
import { DAY_MS, RANGE, RANGES, isoDay, range } from "../lib/time.js";

/** The date fields speak of whole days, the last of them included. */
function Days({ params, isNew, go, onDone }) {
  const now = Date.now();
  const { since, until } = range(params, now);
  const [first, setFirst] = useState(isoDay(since));
  const [last, setLast] = useState(isoDay((until ?? now) - 1));
  const [problem, setProblem] = useState("");
  const from = useRef();
  useEffect(() => {
    if (isNew) from.current.focus();
  }, []);
  const submit = (event) => {
    event.preventDefault();
    const end = Date.parse(last) + DAY_MS;
    if (end <= Date.parse(first)) return setProblem("The last day is before the first.");
    go({ since: first, until: isoDay(end) });
    return onDone();
  };
  return html`
    <form class="days" onSubmit=${submit} aria-label="Days of the range, UTC">
      <label>From <input type="date" required ref=${from} value=${first} onInput=${(event) => setFirst(event.target.value)} /></label>
      <label>To <input type="date" required value=${last} onInput=${(event) => setLast(event.target.value)} /></label>
      <button>Show</button>
      ${problem && html`<p class="bad" role="alert">${problem}</p>`}
    </form>`;
}

export function Range({ params, go }) {
  const { since = RANGE, until } = params;
  const isNamed = !until && RANGES.some(([value]) => value === since);
  const [isPicking, setPicking] = useState(false);
  const choose = (event) => {
    const { value } = event.target;
    setPicking(value === "custom");
    if (value !== "custom") go({ since: value === RANGE ? null : value, until: null });
  };
  const chosen = isPicking || !isNamed ? "custom" : since;
  return html`
    <div class="range">
      <label><span class="unseen">Range</span>
        <select value=${chosen} onChange=${choose}>
          ${RANGES.map(([value, name]) => html`<option value=${value} selected=${value === chosen}>${name}</option>`)}
          <option value="custom" selected=${chosen === "custom"}>Days …</option>
        </select>
      </label>
      ${chosen === "custom" && html`<${Days} key=${`${since}${until}`} params=${params} isNew=${isPicking} go=${go} onDone=${() => setPicking(false)} />`}
    </div>`;
}
