// Plots for RESULTS.md: bars of one measure with the spread of its rounds, or lines of
// growth on logarithmic axes. Both are readable in light and in dark.

import { digits, spread } from "./report.mjs";

const WIDTH = 720;
export const OURS = "#0f8a80";
export const OTHERS = ["#8d877c", "#b3652f", "#5a6ea8"];

const escaped = (text) => String(text).replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
const text = (x, y, content, more = "") => `<text x="${x}" y="${y}" ${more}>${escaped(content)}</text>`;

/** The picture of a table, or nothing where it has none. */
export function drawn({ plot, measures }, products) {
  if (plot.lines) return lines(plot, products);
  return bars(plot, measures.find(({ key }) => key === plot.measure), products);
}

function framed(title, height, parts) {
  const style = "text{fill:#21201d}.axis{stroke:#8d877c;fill:none}@media(prefers-color-scheme:dark){text{fill:#ebe9e4}}";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="${escaped(title)}"><style>${style}</style>${text(0, 20, title, 'font-weight="600"')}${parts.join("")}</svg>\n`;
}

const BAR = 22;
const LEFT = 190;

function bars(plot, measure, products) {
  const found = products.map(({ name, values }) => ({ name, at: spread(values[measure.key]) })).filter(({ at }) => at);
  const most = Math.max(...found.map(({ at }) => at.most));
  const scale = (value) => (most > 0 ? (Math.max(0, value) / most) * (WIDTH - LEFT - 150) : 0);
  const parts = found.flatMap(({ name, at }, i) => {
    const y = 40 + i * (BAR + 8);
    const fill = name.startsWith("tacit") ? OURS : OTHERS[0];
    const [from, to] = [LEFT + scale(at.least), LEFT + scale(at.most)].map((x) => x.toFixed(1));
    const whisker = at.least < at.most ? `<path class="axis" d="M${from} ${y + BAR / 2}H${to}M${from} ${y + 6}v${BAR - 12}M${to} ${y + 6}v${BAR - 12}"/>` : "";
    return [
      text(LEFT - 10, y + 15, name, 'text-anchor="end"'),
      `<rect x="${LEFT}" y="${y}" width="${scale(at.median).toFixed(1)}" height="${BAR}" rx="3" fill="${fill}"/>`,
      whisker,
      text(LEFT + scale(at.most) + 8, y + 15, `${digits(at.median)} ${measure.unit ?? ""}`.trim()),
    ];
  });
  return framed(plot.title, 48 + found.length * (BAR + 8), parts);
}

const HEIGHT = 360;
const AREA = { left: 90, right: WIDTH - 150, top: 40, bottom: HEIGHT - 50 };

/** `plot.lines`: `{ x, y: [unit], series(products) → [{ name, points: [[x, y]], color?, isDashed? }] }`. */
function lines(plot, products) {
  const series = plot.lines.series(products).filter(({ points }) => points.length > 0);
  const all = series.flatMap(({ points }) => points);
  const [x, y] = [0, 1].map((axis) => decades(all.map((point) => point[axis])));
  const place = ([px, py]) => [
    AREA.left + x.share(px) * (AREA.right - AREA.left),
    AREA.bottom - y.share(py) * (AREA.bottom - AREA.top),
  ];
  const ticks = [
    ...x.ticks.map((value) => text(place([value, y.ticks[0]])[0], AREA.bottom + 20, short(value), 'text-anchor="middle"')),
    ...y.ticks.map((value) => text(AREA.left - 10, place([x.ticks[0], value])[1] + 4, short(value), 'text-anchor="end"')),
    text((AREA.left + AREA.right) / 2, AREA.bottom + 42, plot.lines.x, 'text-anchor="middle"'),
    `<path class="axis" d="M${AREA.left} ${AREA.top}V${AREA.bottom}H${AREA.right}"/>`,
  ];
  // Ends that stand close together are told apart.
  let free = -Infinity;
  const ends = series.map((one, i) => ({ one, i, y: place(one.points.at(-1))[1] })).sort((a, b) => a.y - b.y);
  const parts = ends.map(({ one, i, y: end }) => {
    const { color: stroke = one.name.startsWith("tacit") ? OURS : OTHERS[i % OTHERS.length], isDashed = one.name.startsWith("tacit,") } = one;
    const dashes = isDashed ? ' stroke-dasharray="5 4"' : "";
    const points = one.points.map((point) => place(point).map((at) => at.toFixed(1)));
    free = Math.max(end + 4, free + 16);
    const dots = points.map(([px, py]) => `<circle cx="${px}" cy="${py}" r="3.5" fill="${stroke}"/>`).join("");
    return `<polyline points="${points.map((at) => at.join(",")).join(" ")}" fill="none" stroke="${stroke}" stroke-width="2"${dashes}/>${dots}${text(AREA.right + 10, free, one.name)}`;
  });
  return framed(plot.title, HEIGHT, [...ticks, ...parts]);
}

/** A logarithmic axis over whole powers of ten. */
function decades(values) {
  const logs = values.map(Math.log10);
  const from = Math.floor(Math.min(...logs));
  const to = Math.max(from + 1, Math.ceil(Math.max(...logs)));
  const ticks = Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
  return { ticks, share: (value) => (Math.log10(value) - from) / (to - from) };
}

function short(value) {
  const [scale, name] = [[1e9, " G"], [1e6, " M"], [1e3, " k"], [1, ""]].find(([scale]) => value >= scale) ?? [1, ""];
  return `${Number((value / scale).toPrecision(3))}${name}`;
}
