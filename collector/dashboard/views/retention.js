// What is kept for how long, what goes next, and what went.

import { bytes, count, counted } from "../lib/format.js";
import { html } from "../lib/h.js";
import { Card, Empty, Pill, Table, Tile, Tiles } from "../lib/parts.js";
import { ago, at, duration } from "../lib/time.js";
import { Docs } from "./install/docs.js";

export const api = () => ["/v1/retention", "/v1/ledger?fates=false", { path: "/readyz", also: [503] }];
/** It changes at midnight. */
export const every = 60_000;

const days = (kept) => (kept === null ? "for good" : counted(kept, "day"));
const WHY = { age: "its age", size: "want of room", asked: "tacit expire" };

export function View({ data: [told, ledger, ready], link }) {
  const { kept, next, runs, builds, as_of: now } = told;
  return html`
    <${Tiles} label="Kept">
      <${Tile} name="Signals are kept" value=${days(kept.signals_days)} />
      <${Tile} name="Texts are kept" value=${days(kept.texts_days)} />
      <${Tile} name="Goes next" value=${next ? `in ${duration(next.at - now)}` : "nothing"} note=${next ? `at ${at(next.at)}` : "for its age"} />
      <${Tile} name="Signals that went" value=${count(ledger.events.expired)} note="of all that were acknowledged" />
    <//>
    <${Card} title="What is kept for how long" note="From when it was received. Every limit is a midnight, UTC: nothing is kept longer, and up to a day less." aside=${html`<${Docs} page="retention" />`}>
      <${Kinds} told=${told} />
    <//>
    <${Room} store=${ready.store} log=${ready.backlog_bytes} />
    <${Card} title="What went" note="The latest runs that reached into this project.">
      ${runs.length === 0
        ? html`<${Empty} title="Nothing has gone yet">Without <code>[retention]</code> in <code>tacit.toml</code> everything is kept for good. <code>tacit expire --dry-run --older-than 400d</code> tells what would go.<//>`
        : html`<${Table} caption="Runs, the latest first" columns=${RUNS(now)} rows=${runs} id=${({ asked_at }) => asked_at} />`}
    <//>
    ${builds.length > 0 && html`
      <${Card} title="Builds that may hold what is gone" note="They are files of yours: a release may rest on them. Delete them, or build them again.">
        <ul class="lines">${builds.map(({ build, kind, made_at }) => html`
          <li key=${build}>${kind} ${kind === "dataset" ? html`<a class="id" href=${link(`datasets/${encodeURIComponent(build)}`)}>${build}</a>` : html`<code class="id">${build}</code>`} <span class="quiet">made ${ago(made_at, now)}</span></li>`)}</ul>
      <//>`}`;
}

/** Whether a setting says how long it is kept. */
const isBounded = (row) => "gone" in row;

/** By kind: the limit, what is gone by it, and what goes with the next midnight. */
function Kinds({ told: { kept, gone, next } }) {
  const rows = [
    { kind: "Signals, outputs, arms of experiments", kept: days(kept.signals_days), gone: gone.signals_before, next: next?.signals_before },
    { kind: "Texts: questions, answers, documents, edits", kept: days(kept.texts_days), gone: gone.texts_before, next: next?.texts_before },
    { kind: "Which signals came already", kept: "91 days" },
    { kind: "Segments of the log", kept: "an hour after their use" },
    { kind: "Builds, releases, verdicts, sums of the books", kept: "for good" },
  ];
  const columns = [
    { key: "kind", title: "What", cell: ({ kind }) => kind },
    { key: "kept", title: "Kept", cell: (row) => row.kept },
    { key: "gone", title: "Gone is what came before", cell: (row) => isBounded(row) && at(row.gone) },
    { key: "next", title: "After the next midnight", cell: (row) => isBounded(row) && at(row.next) },
  ];
  return html`<${Table} caption="What is kept for how long" columns=${columns} rows=${rows} id=${({ kind }) => kind} />`;
}

function Room({ store, log }) {
  const { bytes: used, file_bytes: file, max_bytes: max, over } = store;
  return html`
    <${Card} title="Room" note="Of all projects together. Beyond the limit the oldest days go, whatever their age: an emergency brake.">
      <dl class="facts">
        <div><dt>In use</dt><dd id="store-bytes">${bytes(used)}${max ? ` of ${bytes(max)}` : ", no limit"} ${over && html`<${Pill} tone="bad">more than it may<//>`}</dd></div>
        <div><dt>The file</dt><dd>${bytes(file)}</dd></div>
        <div><dt>Waiting in the log</dt><dd>${bytes(log)}</dd></div>
      </dl>
    <//>`;
}

const RUNS = (now) => [
  { key: "asked", title: "Begun", cell: ({ asked_at }) => html`<span title=${at(asked_at)}>${ago(asked_at, now)}</span>` },
  { key: "why", title: "For", cell: ({ why }) => WHY[why] ?? why },
  { key: "state", title: "State", cell: ({ state, finished_at }) => html`<span><${Pill} tone=${state === "done" ? "good" : "mixed"}>${state}<//> ${finished_at !== null && html`<span class="quiet">${at(finished_at)}</span>`}</span>` },
  { key: "signals", title: "Signals before", cell: ({ signals_before }) => at(signals_before) },
  { key: "texts", title: "Texts before", cell: ({ texts_before }) => at(texts_before) },
];
