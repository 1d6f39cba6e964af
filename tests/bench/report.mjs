// What a suite found, as a table on the terminal, in RESULTS.md and as a plot.

/** `12,345`, `0.123`, `1.2` */
export function digits(number) {
  if (Number.isInteger(number)) return number.toLocaleString("en");
  const places = Math.abs(number) < 1 ? 3 : Math.abs(number) < 100 ? 2 : 0;
  return number.toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: places });
}

const headOf = ({ name, unit }) => (unit && unit !== "×" ? `${name}, ${unit}` : name);

/** A value beyond its budget says so, in the row that has budgets: Tacit's. */
function cellOf(value, { budget }, row) {
  const isOver = budget !== undefined && row.name.startsWith("tacit") && value > budget;
  return `${digits(value)}${isOver ? " (over)" : ""}`;
}

export function plain({ title, columns }, rows) {
  const head = ["", ...columns.map(headOf)];
  const cells = rows.map((row) => [row.name, ...row.values.map((value, i) => cellOf(value, columns[i], row))]);
  // A column a line: there are more columns than a terminal is wide.
  const lines = head.map((name, i) => [name, ...cells.map((row) => row[i])]);
  const widths = lines[0].map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  return [`\n${title}`, ...lines.map((line) => line.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join("  "))].join("\n");
}

export function markdown({ title, about, columns, plot }, rows, plotFile) {
  const row = (cells) => `| ${cells.join(" | ")} |`;
  const lines = [
    row(["", "", ...columns.map(headOf)]),
    row(["---", "---", ...columns.map(() => "---:")]),
    ...rows.map((one) => row([one.name, one.note, ...one.values.map((value, i) => cellOf(value, columns[i], one))])),
  ];
  const picture = plot ? `\n![${plot.title}](${plotFile})\n` : "";
  return `## ${title}\n\n${about}\n\n${lines.join("\n")}\n${picture}`;
}

const BAR = 22;
const LEFT = 190;
const WIDTH = 720;

/** Bars of one column; Tacit's are marked. Readable in light and dark. */
export function bars({ columns, plot }, rows) {
  const values = rows.map(({ values }) => values[plot.column]);
  const most = Math.max(...values);
  const parts = rows.map(({ name }, i) => {
    const y = 40 + i * (BAR + 8);
    const width = most > 0 ? (values[i] / most) * (WIDTH - LEFT - 110) : 0;
    const text = `${digits(values[i])} ${columns[plot.column].unit}`.trim();
    return `<text x="${LEFT - 10}" y="${y + 15}" text-anchor="end">${name}</text><rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="3" fill="${name.startsWith("tacit") ? "#0f8a80" : "#8d877c"}"/><text x="${LEFT + width + 8}" y="${y + 15}">${text}</text>`;
  });
  const height = 48 + rows.length * (BAR + 8);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="13"><style>text{fill:#21201d}@media(prefers-color-scheme:dark){text{fill:#ebe9e4}}</style><text x="0" y="20" font-weight="600">${plot.title}</text>${parts.join("")}</svg>\n`;
}
