// The signals of an output on a line of time. What it shows is in the table below it.

import { counted } from "../../lib/format.js";
import { html, useLayoutEffect, useRef, useState } from "../../lib/h.js";
import { at, duration } from "../../lib/time.js";
import { lanes, place, scale, spans, ticks, windows } from "./timeline.js";
import { offset } from "./told.js";

const LANE = 26;
const TOP = 24;
const LEFT = 96;
const RIGHT = 14;

/** As wide as there is room. */
function useWidth() {
  const box = useRef();
  const [width, setWidth] = useState(640);
  useLayoutEffect(() => {
    const watch = new ResizeObserver(([{ contentRect }]) => setWidth(Math.max(240, Math.round(contentRect.width))));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return [box, width];
}

export function Drawing({ label, signals, rules, lit }) {
  const [box, width] = useWidth();
  const long = spans(signals);
  const start = label.shown_at ?? signals[0].corrected_at;
  const times = [start, ...signals.map(({ corrected_at: when }) => when), ...long.map(({ from }) => from)];
  const whole = scale(times);
  const kinds = lanes(signals);
  const ends = windows(rules);
  const x = (time) => LEFT + place(whole, time) * (width - LEFT - RIGHT);
  const y = (lane) => TOP + lane * LANE + LANE / 2;
  const height = TOP + (kinds.length + ends.length) * LANE + 6;
  const foot = TOP + kinds.length * LANE;
  return html`
    <div class="drawing" ref=${box}>
      <svg width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} role="img" aria-label=${spoken(signals, kinds, whole)}>
        ${named(ticks(whole, start)).map(({ at: time, name }) => html`
          <g key=${time} class="tick">
            <line x1=${x(time)} x2=${x(time)} y1=${TOP - 4} y2=${foot} />
            <text x=${x(time)} y=${14} text-anchor="middle">${name}</text>
          </g>`)}
        ${kinds.map((kind, lane) => html`
          <g key=${kind} class="lane">
            <text x="0" y=${y(lane) + 4}>${kind.replaceAll("_", " ")}</text>
            <line x1=${LEFT} x2=${width - RIGHT} y1=${y(lane)} y2=${y(lane)} />
          </g>`)}
        ${whole.parts.filter(({ broken }) => broken).map((part) => html`<${Break} key=${part.from} part=${part} x=${x} foot=${foot} />`)}
        ${long.map(({ id, kind, from, to, what }) => html`
          <rect key=${`${id} ${what}`} class=${`span ${lit.includes(id) ? "lit" : ""}`} x=${x(from)} width=${Math.max(2, x(to) - x(from))} y=${y(kinds.indexOf(kind)) - 6} height="12" rx="3">
            <title>${`${what} for ${duration(to - from)}`}</title>
          </rect>`)}
        ${signals.map((signal) => html`
          <circle key=${signal.id} class=${`mark ${signal.screened ? "screened" : ""} ${lit.includes(signal.id) ? "lit" : ""}`} data-signal=${signal.id} cx=${x(signal.corrected_at)} cy=${y(kinds.indexOf(signal.kind))} r="5">
            <title>${`${signal.kind} ${offset(signal)}`}</title>
          </circle>`)}
        ${ends.map((end, index) => html`<${End} key=${end.until} end=${end} whole=${whole} start=${start} x=${x} y=${y(kinds.length + index)} width=${width} />`)}
      </svg>
    </div>`;
}

/** With what each tick is called; far from the start several are the same, and one says it. */
function named(all) {
  const called = all.map(({ at, offset: after }) => ({ at, name: after === 0 ? "shown" : duration(Math.abs(after)) }));
  return called.map((tick, index) => (tick.name === called[index - 1]?.name ? { ...tick, name: "" } : tick));
}

/** A gap that is not to scale, and how long it is. */
function Break({ part, x, foot }) {
  const [left, right] = [x(part.from), x(part.to)];
  const middle = (left + right) / 2;
  return html`
    <g class="break">
      <rect x=${left + 1} width=${Math.max(2, right - left - 2)} y=${TOP} height=${foot - TOP} />
      <text x=${middle} y=${foot - 4} text-anchor="middle" transform=${`rotate(-90 ${middle} ${foot - 4})`} dx="14" dy="4">${duration(part.to - part.from)}</text>
      <title>${`Nothing for ${duration(part.to - part.from)}; this gap is not to scale`}</title>
    </g>`;
}

/** A window of rules: from the start to its end, or on beyond the drawing. */
function End({ end: { until, rules }, whole, start, x, y, width }) {
  const goesOn = until > whole.to;
  const right = goesOn ? width - RIGHT : x(until);
  return html`
    <g class="window">
      <text x="0" y=${y + 4}>window</text>
      <line x1=${x(start)} x2=${right} y1=${y} y2=${y} />
      ${goesOn ? html`<path d=${`M ${right - 6} ${y - 4} l 6 4 l -6 4`} />` : html`<line x1=${right} x2=${right} y1=${y - 5} y2=${y + 5} />`}
      <text x=${x(start) + 6} y=${y - 4}>${`${counted(rules.length, "rule")} until ${at(until)}`}</text>
      <title>${`Until ${at(until)}: ${rules.join(", ")}`}</title>
    </g>`;
}

function spoken(signals, kinds, whole) {
  const told = kinds.map((kind) => `${signals.filter((signal) => signal.kind === kind).length} ${kind.replaceAll("_", " ")}`);
  return `Time line of ${counted(signals.length, "signal")} over ${duration(whole.to - whole.from)}: ${told.join(", ")}. The table below has each.`;
}
