// Whether what arrives is kept: now, and of everything that ever arrived.

import { bytes, count, sum, words } from "../lib/format.js";
import { html } from "../lib/h.js";
import { Bars, Card, Empty, Tile, Tiles } from "../lib/parts.js";
import { Standing } from "../lib/rollups.js";

export const api = () => [{ path: "/readyz", also: [503] }, "/v1/ledger?fates=false", "/v1/rollups"];

export function View({ data: [ready, ledger, all] }) {
  return html`
    <${Now} ready=${ready} />
    <div class="columns">
      <${Sum} title="Batches" whole="received" parts=${["acknowledged", "rejected", "shed"]} books=${ledger.batches} meanings=${BATCHES} />
      <${Sum} title="Signals" whole="acknowledged" parts=${["stored", "duplicate", "quarantined", "erased", "waiting"]} books=${ledger.events} meanings=${EVENTS} />
    </div>
    <div class="columns">
      <${Refusals} ledger=${ledger} />
      <${Lost} ledger=${ledger} />
    </div>
    <${Fates} all=${all} />`;
}

function Now({ ready }) {
  const { store } = ready;
  return html`
    ${!ready.ready && html`
      <div class="card failure" role="alert"><h2>Batches are not taken</h2>
        <ul>${ready.reasons.map((reason, index) => html`<li key=${reason}><b>${words(reason)}</b> ${ready.details[index]}</li>`)}</ul>
      </div>`}
    <${Tiles} label="Now">
      <${Tile} name="Takes batches" value=${ready.ready ? "Yes" : "No"} tone=${ready.ready ? "good" : "bad"} note=${ready.ready ? "all that is acknowledged is on disk" : ready.reasons.map(words).join(", ")} />
      <${Tile} name="Behind" value=${`${ready.lag_seconds.toFixed(1)} s`} tone=${ready.lag_seconds > 10 ? "mixed" : ""} note="from the log to the store" />
      <${Tile} name="Backlog" value=${bytes(ready.backlog_bytes)} note="in the log, not yet in the store" />
      <${Tile} name="Free" value=${bytes(ready.free_bytes)} note="on the disk of the data" />
      ${store && html`<${Tile} name="Store" value=${bytes(store.bytes)} tone=${store.over ? "bad" : ""} note=${store.max_bytes ? `of ${bytes(store.max_bytes)} it may take` : `${bytes(store.file_bytes)} of file`} />`}
      ${ready.damaged_bytes > 0 && html`<${Tile} name="Damaged" value=${bytes(ready.damaged_bytes)} tone="bad" note="unreadable in the log" />`}
    <//>`;
}

const BATCHES = {
  acknowledged: "were on disk before they were answered",
  rejected: "had something wrong with them, and nothing was kept",
  shed: "were refused for want of room; pages send them again",
};
const EVENTS = {
  stored: "are in the store",
  duplicate: "were there already: pages send again what was not answered",
  quarantined: "are of a kind this version does not know",
  erased: "were removed again, for their person or their age",
  waiting: "are in the log, on their way",
};

const whole = (value) => (typeof value === "object" ? sum(Object.values(value)) : value);

/** The books of one thing: the parts, and whether they add up to the whole. */
function Sum({ title, whole: name, parts, books, meanings }) {
  const added = sum(parts.map((part) => whole(books[part])));
  const isEven = added === books[name];
  return html`
    <${Card} title=${title} aside=${html`<span class=${isEven ? "good" : "bad"}>${isEven ? "✓ the sum balances" : `✗ ${count(added)} are accounted for`}</span>`}>
      <table class="books">
        <thead class="unseen"><tr><th scope="col">Where</th><th scope="col">How many</th><th scope="col">Meaning</th></tr></thead>
        <tbody>
          <tr class="books-whole"><th scope="row">${name}</th><td class="number">${count(books[name])}</td><td></td></tr>
          ${parts.map((part) => html`<tr key=${part}><th scope="row">${part}</th><td class="number">${count(whole(books[part]))}</td><td class="quiet">${meanings[part]}</td></tr>`)}
        </tbody>
      </table>
    <//>`;
}

const byCount = (counts, tone) => Object.entries(counts).sort(([, a], [, b]) => b - a).map(([code, value]) => ({ name: words(code), title: code, value, tone }));

function Refusals({ ledger }) {
  const lists = [
    ["Whole batches", byCount(ledger.batches.rejected, "bad")],
    ["Single signals, out of batches that were kept", byCount(ledger.events.rejected, "bad")],
  ];
  return html`
    <${Card} title="Refused, by code" note="What was sent has a mistake: the code says which, and the sender was told.">
      ${lists.every(([, rows]) => rows.length === 0) && html`<${Empty} title="Nothing was refused">Every batch that ever came was in order.<//>`}
      ${lists.filter(([, rows]) => rows.length > 0).map(([title, rows]) => html`<h3 key=${title}>${title}</h3><${Bars} label=${title} rows=${rows} />`)}
    <//>`;
}

const INSTALL = { wasm_refused: "the page's policy or the browser refuses WebAssembly", not_loaded: "the files of capture could not be had" };
const CLIENTS = "dropped_by_clients";

function Lost({ ledger }) {
  const { [CLIENTS]: dropped = 0, ...noted } = ledger.counts;
  const install = Object.entries(ledger.install).map(([name, value]) => ({ name: words(name), value, title: INSTALL[name], tone: "bad" }));
  const rows = byCount(noted, "rest");
  return html`
    <${Card} title="Lost before it came, and noted">
      <dl class="pairs"><div><dt>Signals that pages had to drop</dt><dd><b>${count(dropped)}</b> <span class="quiet">their queue was full, or the collector was away for too long</span></dd></div></dl>
      <h3>Pages that can capture nothing</h3>
      <${Bars} label="Pages that can capture nothing, by reason" rows=${install} />
      ${rows.length > 0 && html`<h3>Noted of what was kept</h3><${Bars} label="Noted of what was kept" rows=${rows} />`}
    <//>`;
}

const FATES = {
  in_label: "made or changed a label",
  no_output: "are about an output nobody registered",
  no_text: "hold text that is in no label",
  screened: "came from people whose signals must not teach",
};

/** As sums that are kept say: it adds up to what is stored, but for what waits to be added up. */
function Fates({ all }) {
  const rows = Object.entries(all.rows[0]?.fates ?? {}).map(([name, value]) => ({ name: words(name), title: FATES[name], value }));
  return html`
    <${Card} title="Where stored signals ended" note="Every signal made a label or has a reason why not.">
      <${Standing} answer=${all} />
      ${rows.length > 0 ? html`<${Bars} label="Stored signals by fate" rows=${rows} />` : html`<${Empty} title="No signal is stored yet">Every one that is stands here.<//>`}
    <//>`;
}
