// What a suite found, as tables for the terminal and for RESULTS.md.
//
// A table has a row for each measure, which says what it is, and its physical limit, and a
// column for each product: first the ratios, Tacit's value ÷ the other's of the same round,
// then the values. Where all are Tacit's, a table names one as its `base`: then they are the
// others' values ÷ that one's. A product's `values` are a number for each measure, or one a round: then
// the median stands here, and in brackets the least and the most.

/** `12,345`, `0.123`, `1.2` */
export function digits(number) {
  if (number === null || number === undefined || !Number.isFinite(number)) return "–";
  if (Number.isInteger(number)) return number.toLocaleString("en");
  const places = Math.abs(number) < 1 ? 3 : Math.abs(number) < 100 ? 2 : 0;
  return number.toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: places });
}

/** Median, least and most of a number or of one a round; `null` where nothing was measured. */
export function spread(value) {
  const known = [value].flat().filter((one) => Number.isFinite(one));
  if (known.length === 0) return null;
  const sorted = known.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)], least: sorted[0], most: sorted.at(-1) };
}

function shown(found) {
  if (!found) return "–";
  const { median, least, most } = found;
  return least === most ? digits(median) : `${digits(median)} (${digits(least)}–${digits(most)})`;
}

/** One's ÷ another's: of each round, where both have rounds; nothing of nothing. */
export function ratio(ours, theirs) {
  const [mine, other] = [[ours].flat(), [theirs].flat()];
  const pairs = mine.length === other.length ? mine.map((value, i) => [value, other[i]]) : [[spread(ours)?.median, spread(theirs)?.median]];
  return spread(pairs.filter(([a, b]) => a > 0 && b > 0).map(([a, b]) => a / b));
}

/** What a product is compared with: Tacit in its defaults, under the same circumstances. */
function mate(products, { name }) {
  const [under] = name.match(/ \(.*\)$/) ?? [""];
  return products.find((one) => one.name === `tacit${under}`);
}
/** Those that ratios are of: not Tacit with something else on; or all but the base. */
const others = ({ base }, products) => products.filter(({ name }) => (base ? name !== base : !name.startsWith("tacit")));

function ratioOf({ base }, products, other, key) {
  if (!base) return ratio(mate(products, other)?.values[key], other.values[key]);
  return ratio(other.values[key], products.find(({ name }) => name === base).values[key]);
}

const named = ({ what, unit }) => (unit ? `${what}, ${unit}` : what);

function ratioRows(table, products) {
  const rows = table.measures.map((measure) => {
    const ratios = others(table, products).map((other) => ratioOf(table, products, other, measure.key));
    if (measure.isCompared === false || !ratios.some(Boolean)) return null;
    const cells = others(table, products).map(({ name }, i) => {
      const over = measure.ratioBudgets?.[name] < ratios[i]?.median ? " (over)" : "";
      const under = measure.ratioFloors?.[name] > ratios[i]?.median ? " (under)" : "";
      return shown(ratios[i]) + over + under;
    });
    return [named(measure), measure.more ? "above 1" : "below 1", ...cells];
  });
  return rows.filter(Boolean);
}

function valueRows({ measures }, products) {
  return measures.map((measure) => {
    const cells = products.map(({ name, values }) => {
      const found = spread(values[measure.key]);
      const bound = name.startsWith("tacit") ? measure.budget : undefined;
      const over = bound !== undefined && found && (measure.more ? found.median < bound : found.median > bound) ? " (over)" : "";
      return shown(found) + over;
    });
    return [named(measure), measure.limit ?? "–", measure.budget === undefined ? "–" : digits(measure.budget), ...cells];
  });
}

const heads = (table, products) => ({
  ratios: [table.base ? `÷ ${table.base}` : "tacit ÷", "better", ...others(table, products).map(({ name }) => name)],
  values: ["", "physical limit", "Tacit's budget", ...products.map(({ name }) => name)],
});

/** For the terminal: a line is a measure. */
export function plain(table, products) {
  const head = heads(table, products);
  const ratios = ratioRows(table, products);
  // Limits are for readers of RESULTS.md: they are sentences.
  const values = valueRows(table, products).map(([what, , ...cells]) => [what, ...cells]);
  const blocks = [ratios.length > 0 && aligned([head.ratios, ...ratios]), aligned([head.values.filter((_, i) => i !== 1), ...values])];
  return [`\n${table.title}`, ...blocks.filter(Boolean)].join("\n\n");
}

function aligned(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) => row.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join("  ")).join("\n");
}

/** For RESULTS.md. */
export function markdown(table, products, plotFile) {
  const head = heads(table, products);
  const ratios = ratioRows(table, products);
  const notes = products.filter(({ note }) => note).map(({ name, note }) => `- **${name}**: ${note}`);
  const parts = [
    `## ${table.title}`,
    table.about,
    notes.join("\n"),
    ratios.length > 0 && `Ratios, ${table.base ? `÷ that of ${table.base}` : "Tacit's ÷ the other's"}:\n\n${grid(head.ratios, ratios, 2)}`,
    `Values:\n\n${grid(head.values, valueRows(table, products), 2)}`,
    plotFile && table.plot && `![${table.plot.title}](${plotFile})`,
  ];
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

function grid(head, rows, left) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, i) => (i < left ? "---" : "---:"))), ...rows.map(line)].join("\n");
}
