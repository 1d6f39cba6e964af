// The scores of several chats as one Markdown table.

/** Acts in the order of the columns. */
export const ACTS = ["answers", "select", "copy: selection", "copy: button", "copy: code", "paste", "regenerate", "lineage", "branch", "stop", "rate: up", "rate: down", "follow-up", "edit", "conversation"];

export const HEAD = ["chat", "version", ...ACTS, "false"];

/** Adds up rounds of the same chat. */
export function sum(scores) {
  const rows = new Map();
  for (const { act, done, found, missed } of scores.flatMap(({ rows }) => rows)) {
    const row = rows.get(act) ?? { act, done: 0, found: 0, missed: [] };
    rows.set(act, { act, done: row.done + done, found: row.found + found, missed: [...row.missed, ...missed] });
  }
  return { rows: [...rows.values()], wrong: scores.flatMap(({ wrong }) => wrong) };
}

/** `chats`: [{ title, rounds, rows, wrong }]. A cell is found/done; – where the chat has no such control. */
export function table(chats) {
  const lines = [HEAD, HEAD.map(() => "---")];
  for (const { title, versions, rows, wrong } of chats) {
    const cell = (act) => {
      const row = rows.find((row) => row.act === act);
      return row ? `${row.found}/${row.done}` : "–";
    };
    lines.push([title, versions.join(", "), ...ACTS.map(cell), String(wrong.length)]);
  }
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** The cells of a table's line. */
export function cells(line) {
  return line.slice(2, -2).split(" | ");
}

/** What a run missed and made up, a line each. */
export function complaints({ title, rows, wrong }) {
  return [
    ...rows.flatMap(({ missed }) => missed.map((what) => `${title}: missed ${what}`)),
    ...wrong.map(({ kind, output, why }) => `${title}: false ${kind} ${why} (${output})`),
  ];
}
