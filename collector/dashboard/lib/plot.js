// Lines over time, drawn by uPlot; the same numbers as a table behind a button.

import uPlot from "../vendor/uPlot.esm.js";
import { html, useEffect, useMemo, useRef, useState } from "./h.js";
import { day } from "./time.js";

const HEIGHT = 200;

/** Colours are the page's, which change with the scheme. */
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/**
 * `times` (Unix ms) against `lines`: `{title, values, colour?, dash?, band?, step?}`, where
 * `values` holds null for no value, `colour` names a property of style/base.css and `band`
 * is `[lows, highs]`. `format` writes a value; `name` says what is drawn; `marks` are
 * `{at, title}`, drawn as vertical lines; `levels` are `{value, title}`, as horizontal ones.
 */
export function Plot({ name, times, lines, format = String, height = HEIGHT, max, marks = [], levels = [], when = day }) {
  const [isTable, setTable] = useState(false);
  return html`
    <figure class="plot">
      <figcaption>
        <ul class="legend">${lines.map(({ title, colour = "accent", dash }) => html`
          <li key=${title}><span class=${`swatch ${dash ? "dashed" : ""} ink-${colour}`}></span>${title}</li>`)}</ul>
        <button class="small plain" aria-pressed=${String(isTable)} onClick=${() => setTable(!isTable)}>Show as table</button>
      </figcaption>
      ${isTable
        ? html`<${Numbers} name=${name} times=${times} lines=${lines} format=${format} when=${when} />`
        : html`<${Canvas} ...${{ name, times, lines, format, height, max, marks, levels, when }} />`}
    </figure>`;
}

function Numbers({ name, times, lines, format, when }) {
  const told = (value, band, index) => {
    if (value === null || value === undefined) return "–";
    const [lows, highs] = band ?? [];
    const around = lows?.[index] === undefined || lows[index] === null ? "" : ` (${format(lows[index])} – ${format(highs[index])})`;
    return `${format(value)}${around}`;
  };
  // Of one line there is room at a phone; of several each time is a block of its own.
  return html`
    <div class="scroll" tabindex="0" role="group" aria-label=${name}>
      <table class=${lines.length > 1 ? "numbers stacks" : "numbers"}>
        <caption>${name}</caption>
        <thead><tr><th scope="col">Time</th>${lines.map(({ title }) => html`<th scope="col" class="number">${title}</th>`)}</tr></thead>
        <tbody>${times.map((time, index) => html`
          <tr key=${time}><th scope="row">${when(time)}</th>${lines.map(({ title, values, band }) => html`<td class="number" data-title=${title}>${told(values[index], band, index)}</td>`)}</tr>`)}</tbody>
      </table>
    </div>`;
}

/** What somebody hears of the drawing. */
function spoken({ name, times, lines, format, when }) {
  const last = (values) => values.findLastIndex((value) => value !== null && value !== undefined);
  const told = lines.map(({ title, values }) => {
    const index = last(values);
    return index < 0 ? `${title}: no value` : `${title}: ${format(values[index])} at ${when(times[index])}`;
  });
  return `${name}. ${told.join("; ")}.`;
}

function Canvas(props) {
  const place = useRef();
  const { times, lines, height } = props;
  // A refresh that brings the same numbers draws nothing anew.
  const same = JSON.stringify([times, lines, props.max, props.marks, props.levels]);
  const label = useMemo(() => spoken(props), [same]);
  useEffect(() => {
    const element = place.current;
    const draw = () => new uPlot(options(props, element.clientWidth), table(times, lines), element);
    let plot = draw();
    const sized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    sized.observe(element);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const recolour = () => {
      plot.destroy();
      plot = draw();
    };
    scheme.addEventListener("change", recolour);
    return () => {
      scheme.removeEventListener("change", recolour);
      sized.disconnect();
      plot.destroy();
    };
  }, [same]);
  return html`<div class="canvas" role="img" aria-label=${label} ref=${place} style=${{ height: `${height}px` }}></div>`;
}

/** uPlot's columns: times in seconds, then each line, and before it the ends of its band. */
function table(times, lines) {
  const columns = lines.flatMap(({ values, band }) => (band ? [band[0], band[1], values] : [values]));
  return [times.map((time) => time / 1000), ...columns];
}

function options({ lines, format, height, max, marks, levels, when }, width) {
  const series = [{ value: (_, seconds) => (seconds === null ? "" : when(seconds * 1000)) }];
  const bands = [];
  for (const { title, colour: name = "accent", dash, band, step } of lines) {
    const stroke = colour(name);
    if (band) {
      const edge = { stroke: "transparent", points: { show: false }, label: `${title}, interval` };
      series.push(edge, edge);
      bands.push({ series: [series.length - 1, series.length - 2], fill: `color-mix(in srgb, ${stroke} 18%, transparent)` });
    }
    series.push({
      label: title, stroke, width: 2, dash: dash ? [6, 4] : undefined, points: { size: 5, fill: stroke },
      paths: step ? uPlot.paths.stepped({ align: 1 }) : undefined, value: (_, value) => (value === null ? "–" : format(value)),
    });
  }
  const axis = { stroke: colour("quiet"), font: "12px system-ui, sans-serif", ticks: { show: false } };
  const grid = { stroke: colour("line"), width: 1 };
  return {
    width, height, series, bands, legend: { show: false }, cursor: { y: false, drag: { x: false, y: false } },
    scales: { x: { time: true }, y: { range: (_, low, high) => [low < 0 ? low * 1.1 : 0, max ?? (high > 0 ? high * 1.1 : low < 0 ? 0 : 1)] } },
    axes: [
      { ...axis, size: 32, gap: 8, grid: { show: false }, values: (_, splits) => once(splits.map((seconds) => when(seconds * 1000))), space: 70 },
      { ...axis, grid, values: (_, splits) => splits.map(format), size: broad },
    ],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    plugins: [hover(lines, format, when), ruler(marks, levels)],
  };
}

/** A day that is marked more than once is named the first time. */
const once = (names) => names.map((name, index) => (name === names[index - 1] ? "" : name));

/** Plots below one another are aligned as long as this is room enough. */
const AXIS = 54;

/** As broad as what is written at the axis; uPlot asks before it knows. */
function broad(plot, names) {
  plot.ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  const widths = (names ?? []).map((name) => plot.ctx.measureText(name).width / devicePixelRatio);
  return Math.ceil(Math.max(AXIS, ...widths.map((width) => width + 16)));
}

/** What the pointer is over, in words. */
function hover(lines, format, when) {
  let box;
  const show = (plot) => {
    const { idx, left } = plot.cursor;
    box.hidden = idx === null || idx === undefined || left < 0;
    if (box.hidden) return;
    const rows = [];
    let column = 0;
    for (const { title, band } of lines) {
      column += band ? 3 : 1;
      const value = plot.data[column][idx];
      rows.push(`${title}: ${value === null || value === undefined ? "–" : format(value)}`);
    }
    box.replaceChildren(...[when(plot.data[0][idx] * 1000), ...rows].map((text) => {
      const line = document.createElement("div");
      line.textContent = text;
      return line;
    }));
    const flips = left > plot.over.clientWidth / 2;
    box.style.left = flips ? "auto" : `${left + 12}px`;
    box.style.right = flips ? `${plot.over.clientWidth - left + 12}px` : "auto";
  };
  return {
    hooks: {
      init: (plot) => {
        box = document.createElement("div");
        box.className = "hover";
        box.hidden = true;
        plot.over.append(box);
      },
      setCursor: show,
    },
  };
}

/** Where a name of that width stands without covering one that does; it is noted in `taken`. */
function free([x, y], align, width, taken) {
  const line = 14 * devicePixelRatio;
  const [left, right] = align === "right" ? [x - width, x] : [x, x + width];
  const isOver = (one) => left < one.right + line / 2 && one.left - line / 2 < right && Math.abs(one.y - y) < line;
  while (taken.some(isOver)) y += line;
  taken.push({ left, right, y });
  return [x, y];
}

/** Vertical lines at moments, horizontal ones at levels, each with its name. */
function ruler(marks, levels) {
  const isIn = ({ bbox }, x, y) => x >= bbox.left && x <= bbox.left + bbox.width && y >= bbox.top && y <= bbox.top + bbox.height;
  /** What is within the plot: where its line goes, where its name stands. */
  const placed = (plot) => {
    const { left, top, width, height } = plot.bbox;
    const across = levels.map(({ value, title }) => {
      const y = plot.valToPos(value, "y", true);
      return { title, from: [left, y], to: [left + width, y], align: "right", at: [left + width - 4 * devicePixelRatio, y - 4 * devicePixelRatio] };
    });
    const up = marks.map(({ at, title }) => {
      const x = plot.valToPos(at / 1000, "x", true);
      const isLate = x > left + 0.8 * width;
      return { title, from: [x, top], to: [x, top + height], align: isLate ? "right" : "left", at: [x + (isLate ? -4 : 4) * devicePixelRatio, top + 12 * devicePixelRatio] };
    });
    return [...across, ...up].filter(({ from: [x, y] }) => isIn(plot, x, y));
  };
  const drawn = (plot, act) => {
    const { ctx } = plot;
    ctx.save();
    ctx.lineWidth = devicePixelRatio;
    placed(plot).forEach((one) => act(ctx, one));
    ctx.restore();
  };
  const lines = (plot) => drawn(plot, (ctx, { from, to }) => {
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.strokeStyle = colour("strong-line");
    ctx.beginPath();
    ctx.moveTo(...from);
    ctx.lineTo(...to);
    ctx.stroke();
  });
  // Readable where a line of the plot passes behind.
  const names = (plot) => {
    const taken = [];
    drawn(plot, (ctx, one) => write(ctx, one, taken));
  };
  const write = (ctx, { title, align, at }, taken) => {
    ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.textAlign = align;
    ctx.strokeStyle = colour("card");
    ctx.fillStyle = colour("quiet");
    ctx.lineWidth = 4 * devicePixelRatio;
    ctx.lineJoin = "round";
    const [x, y] = free(at, align, ctx.measureText(title).width, taken);
    ctx.strokeText(title, x, y);
    ctx.fillText(title, x, y);
  };
  // Lines are below those of the plot, names above.
  return { hooks: { drawAxes: lines, draw: names } };
}
