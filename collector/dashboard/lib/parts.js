// What views are put together from.

import { count, interval, percent } from "./format.js";
import { html, useEffect, useRef, useState } from "./h.js";

/** A headed box. `note` says what is in it, `wide` takes the whole row. */
export function Card({ title, note, wide, aside, children }) {
  return html`
    <section class=${`card ${wide ? "wide" : ""}`} aria-label=${title}>
      ${title && html`<div class="card-head"><h2>${title}</h2>${aside}</div>`}
      ${note && html`<p class="quiet note">${note}</p>`}
      ${children}
    </section>`;
}

/** One figure; `tone` is good, bad or mixed. */
export function Tile({ value, name, note, tone = "" }) {
  return html`<div class="tile"><dt>${name}</dt><dd><b class=${tone}>${value}</b>${note && html`<span class="quiet">${note}</span>`}</dd></div>`;
}

export const Tiles = ({ children, label }) => html`<dl class="tiles card" aria-label=${label}>${children}</dl>`;

/** Nothing is there, and what makes it be there. */
export const Empty = ({ title = "Nothing here yet", children }) => html`<div class="empty"><p><b>${title}</b></p><p class="quiet">${children}</p></div>`;

/** A state in a word, with its colour. */
export const Pill = ({ tone = "rest", children }) => html`<span class=${`pill ${tone}`}>${children}</span>`;

const TONES = { positive: "good", negative: "bad", conflict: "mixed", neutral: "rest", pending: "rest" };

/** A label's state. */
export const State = ({ state }) => html`<${Pill} tone=${TONES[state] ?? "rest"}>${state}<//>`;
export const toneOf = (state) => TONES[state] ?? "rest";

/** `rows` of `{name, value, title?, tone?, note?, href?}` as bars, longest = `most`. */
export function Bars({ rows, label, format = count, most = Math.max(1, ...rows.map(({ value }) => value)) }) {
  return html`
    <ul class=${rows.some(({ note }) => note) ? "bars" : "bars bare"} aria-label=${label}>
      ${rows.map(({ name, value, title, tone = "accent", note, href }) => html`
        <li key=${name}>
          <span class="name" title=${title}>${href ? html`<a href=${href}>${name}</a>` : name}</span>
          <span class="track" aria-hidden="true"><span class=${`fill fill-${tone}`} style=${{ width: `${(100 * value) / most}%` }}></span></span>
          <span class="value">${format(value)}</span>
          ${note && html`<span class="quiet">${note}</span>`}
        </li>`)}
    </ul>`;
}

/**
 * An estimated rate: drawn as a point in its interval between 0 and `most`, and told.
 * `value` is null where there is none, `n` is what it rests on.
 */
export function Rate({ value, ci, n, most = 1, tone = "accent" }) {
  if (value === null || value === undefined) return html`<span class="quiet">no value${n === undefined ? "" : `, n ${count(n)}`}</span>`;
  const at = (share) => `${Math.min(100, (100 * Math.max(0, share)) / most)}%`;
  const [low, high] = ci ?? [value, value];
  return html`
    <span class="rate">
      <span class="rate-drawn" aria-hidden="true">
        <span class=${`rate-range fill-${tone}`} style=${{ left: at(low), width: `${Math.min(100, (100 * (high - low)) / most)}%` }}></span>
        <span class=${`rate-point fill-${tone}`} style=${{ left: at(value) }}></span>
      </span>
      <span class="rate-told"><b>${percent(value)}</b>${ci && html` <span class="quiet">${interval(ci)}</span>`}</span>
    </span>`;
}

/** What may not be there: at a phone it takes no line then. */
export const Cell = ({ title, children }) => html`<td data-title=${title} class=${isNothing(children) ? "none" : ""}>${isNothing(children) ? "–" : children}</td>`;

const isNothing = (children) => [children].flat().every((child) => child === undefined || child === null || child === false || child === "");

/**
 * A table with columns that sort. `columns`: `{key, title, cell(row), sort?(row), number?,
 * help?, unit?}`; `sorted` is `key` or `-key` (descending), `onSort` gets the next one.
 * Where the screen is narrow every row is a block of its own: class `stacks`, `data-title`.
 */
export function Table({ caption, columns, rows, id, sorted, onSort }) {
  const [down, key] = sorted?.startsWith("-") ? [true, sorted.slice(1)] : [false, sorted];
  const by = columns.find((column) => column.key === key)?.sort;
  const ordered = by ? rows.toSorted((a, b) => compare(by(a), by(b)) * (down ? -1 : 1)) : rows;
  const head = ({ key: name, title, unit, number, sort, help }) => {
    const order = name !== key || !sort ? undefined : down ? "descending" : "ascending";
    const turn = () => onSort(order === "descending" ? name : `-${name}`);
    return html`
      <th key=${name} scope="col" class=${number ? "number" : ""} aria-sort=${order} title=${help}>
        ${sort && onSort ? html`<button class="sort" onClick=${turn}>${title}<span aria-hidden="true">${order ? (down ? " ↓" : " ↑") : ""}</span></button>` : title}
        ${unit && html` <span class="unit">${unit}</span>`}
      </th>`;
  };
  const cell = (row) => ({ key: name, title, cell, number }, index) => {
    const className = number ? "number" : "";
    return index === 0
      ? html`<th key=${name} scope="row" class=${className}>${cell(row)}</th>`
      : html`<td key=${name} class=${className} data-title=${title}>${cell(row)}</td>`;
  };
  return html`
    <div class="scroll" tabindex="0" role="group" aria-label=${caption}>
      <table class="stacks">
        <caption class="unseen">${caption}</caption>
        <thead><tr>${columns.map(head)}</tr></thead>
        <tbody>${ordered.map((row, index) => html`<tr key=${id ? id(row) : index}>${columns.map(cell(row))}</tr>`)}</tbody>
      </table>
    </div>`;
}

/** Nothing comes last, whichever way. */
function compare(a, b) {
  const [none, other] = [a === null || a === undefined, b === null || b === undefined];
  if (none || other) return Number(none) - Number(other);
  return typeof a === "string" ? a.localeCompare(b) : a - b;
}

/** Text to take along, with a button for it. */
export function Copy({ text, label = "Copy" }) {
  const [isDone, setDone] = useState(false);
  const timer = useRef();
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setDone(false), 2_000);
  };
  return html`<button class="small plain" onClick=${copy}>${label}<span role="status">${isDone ? " ✓ copied" : ""}</span></button>`;
}
