// Why something is no row, and what would change that.

import { count, percent, words } from "../../lib/format.js";
import { html } from "../../lib/h.js";
import { Card, Table } from "../../lib/parts.js";

/** `counts` as a manifest has them; an export's summary has the same fields. */
export function Fates({ counts }) {
  const rows = Object.entries(counts.skipped).map(([reason, many]) => ({ reason, many })).sort((a, b) => b.many - a.many);
  if (rows.length === 0) return null;
  const columns = [
    { key: "reason", title: "Reason", cell: ({ reason }) => words(reason) },
    { key: "many", title: "In no row", number: true, cell: ({ many }) => count(many) },
    { key: "share", title: "Of all", number: true, cell: ({ many }) => percent(many / counts.considered) },
    { key: "remedy", title: "What would change it", cell: ({ reason }) => html`<span class="quiet">${counts.remedies?.[reason] ?? ""}</span>` },
  ];
  return html`<${Card} title="Why the others are no row"><${Table} caption="Reasons" columns=${columns} rows=${rows} id=${({ reason }) => reason} /><//>`;
}
