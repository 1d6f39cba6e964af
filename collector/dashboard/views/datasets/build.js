// One build.

import { ofProject } from "../../lib/api.js";
import { bytes, count, words } from "../../lib/format.js";
import { html } from "../../lib/h.js";
import { Card, Pill, Table, Tile, Tiles } from "../../lib/parts.js";
import { at } from "../../lib/time.js";
import { followers, holders } from "./after.js";
import { Composition } from "./composition.js";
import { Fates } from "./fates.js";

export function Build({ build, builds, releases, erasures, link }) {
  const { id, format, state, manifest } = build;
  const back = html`<a href=${link("datasets")}>All builds</a>`;
  const head = html`<${Card} title=${`${format} · ${id}`} aside=${back}><${Made} build=${build} /><//>`;
  if (state !== "done") return head;
  const { counts } = manifest;
  const found = followers(id, builds, releases);
  const erased = holders(id, erasures);
  return html`
    ${head}
    <${Tiles} label="Rows">
      <${Tile} name="Rows" value=${count(counts.rows)} />
      <${Tile} name="Considered" value=${count(counts.considered)} note=${format.includes("dpo") || format.includes("reward") ? "pairs, and outputs in none" : "outputs"} />
      <${Tile} name="Train" value=${count(counts.train)} />
      <${Tile} name="Test" value=${count(counts.test)} />
      <${Tile} name="Taken out as private" value=${count(counts.redacted)} note="pieces of text" />
    <//>
    ${erased.length > 0 && html`
      <${Card} title="Somebody in it was erased since">
        <p>${count(erased.length)} ${erased.length === 1 ? "person" : "people"} in these files asked to be forgotten. Make it anew, and delete the copies you took: ${erased.map(({ job, requested_at }) => html`<span key=${job}><code>${job}</code> (${at(requested_at)}) </span>`)}</p>
      <//>`}
    ${found.length > 0 && html`<${Card} title="What followed"><p>${found.map(({ title }) => title).join(", ")}</p><//>`}
    <${Fates} counts=${counts} />
    <${Composition} build=${build} />
    <${Files} id=${id} manifest=${manifest} />
    <${Card} title="Made from"><${Inputs} inputs=${manifest.inputs} /><//>`;
}

function Made({ build: { state, ahead, progress, error, requested_at, manifest } }) {
  const TONE = { done: "good", failed: "bad", running: "mixed" };
  const more = {
    waiting: ahead !== undefined && `${count(ahead)} before it`,
    running: progress && `${progress.phase}, ${count(progress.done)}${progress.total ? ` of ${count(progress.total)}` : ""}`,
    failed: error,
    done: manifest && `as of ${at(manifest.inputs.as_of)}`,
  };
  return html`
    <p role="status"><${Pill} tone=${TONE[state] ?? "rest"}>${state}<//> ${more[state]}</p>
    <p class="quiet">Asked for at ${at(requested_at)}.</p>
    ${manifest?.counts.hint && html`<p><b>${manifest.counts.hint}</b></p>`}`;
}

/** A card and a report are looked at in a sandbox; the rest is taken along. */
function Files({ id, manifest }) {
  const path = (name) => ofProject(`/v1/datasets/builds/${encodeURIComponent(id)}/${name.split("/").map(encodeURIComponent).join("/")}`);
  const rows = [["manifest.json", {}], ...Object.entries(manifest.files)].map(([name, facts]) => ({ name, ...facts }));
  const open = (name) => (name.endsWith(".html")
    ? html`<a href=${path(name)} target="_blank" rel="noreferrer">${name}</a> <span class="quiet">opens sandboxed</span>`
    : html`<a href=${path(name)} download>${name}</a>`);
  const columns = [
    { key: "name", title: "File", cell: ({ name }) => open(name) },
    { key: "rows", title: "Rows", number: true, cell: ({ rows: many }) => (many === undefined ? "" : count(many)) },
    { key: "bytes", title: "Size", number: true, cell: ({ bytes: size }) => (size === undefined ? "" : bytes(size)) },
    { key: "hash", title: "SHA-256", cell: ({ sha256 }) => sha256 && html`<code title=${sha256}>${sha256.slice(0, 12)}…</code>` },
  ];
  return html`<${Card} title="Files"><${Table} caption="Files of the build" columns=${columns} rows=${rows} id=${({ name }) => name} /><//>`;
}

function Inputs({ inputs }) {
  const told = ([name, value]) => {
    if (value === null || value === undefined) return "–";
    if (["as_of", "from", "to"].includes(name)) return at(value);
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  };
  return html`<dl class="facts">${Object.entries(inputs).map((entry) => html`<div key=${entry[0]}><dt>${words(entry[0])}</dt><dd>${told(entry)}</dd></div>`)}</dl>`;
}
