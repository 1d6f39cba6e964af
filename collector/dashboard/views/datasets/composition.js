// What a build is made of: the figures of its report.

import { ofProject } from "../../lib/api.js";
import { count, counted, percent, words } from "../../lib/format.js";
import { html } from "../../lib/h.js";
import { Bars, Card, Pill, Tile, Tiles } from "../../lib/parts.js";
import { useJson } from "./loaded.js";

const TONES = { serious: "bad", warning: "mixed", note: "rest" };
/** Values in one list; the report has all. */
const SHOWN = 8;

export const composition = (id) => `/v1/datasets/builds/${encodeURIComponent(id)}/composition.json`;

export function Composition({ build: { id } }) {
  const { data, error } = useJson(composition(id));
  if (error) return html`<${Card} title="Composition"><p class="bad" role="alert">${error.message}</p><//>`;
  if (!data) return html`<${Card} title="Composition"><p class="quiet" role="status">Asking …</p><//>`;
  const report = ofProject(`/v1/datasets/builds/${encodeURIComponent(id)}/composition.html`);
  const { people, effective, selection } = data;
  return html`
    <${Card} title="What to know about it" aside=${html`<a href=${report} target="_blank" rel="noreferrer">The whole report (sandboxed)</a>`}>
      ${data.warnings.length === 0
        ? html`<p class="quiet">No warning.</p>`
        : html`<ul class="findings">${data.warnings.map(({ code, severity, message, remedy }) => html`
            <li key=${code}><p><${Pill} tone=${TONES[severity]}>${severity}<//> <code>${code}</code></p><p>${message}</p><p class="quiet">${remedy}</p></li>`)}</ul>`}
    <//>
    <${Tiles} label="People and weight">
      ${people && html`<${Tile} name="People with rows" value=${count(people.with_rows)} note=${`of ${count(people.people)}`} />`}
      ${people && html`<${Tile} name="They weigh as much as" value=${count(people.effective)} note="giving equally" />`}
      ${people && html`<${Tile} name="Most rows of one" value=${percent(people.rows_max_share)} note=${counted(people.rows_max, "row")} />`}
      ${effective && html`<${Tile} name="Effective rows" value=${count(effective.ipw)} note=${`reweighted, of ${count(effective.training)} for training`} />`}
      ${selection && html`<${Tile} name="Chance of a label" value=${percent(selection.labelled_share)} note=${`${count(selection.labelled)} of ${count(selection.seen)} seen outputs`} />`}
    <//>
    <div class="columns">
      ${Object.entries(data.by).filter(([, { parts }]) => parts.length > 0).map(([name, by]) => html`<${By} key=${name} name=${name} by=${by} />`)}
      ${data.rules?.length > 0 && html`<${By} name="rules" by=${{ parts: data.rules, other: 0 }} />`}
    </div>`;
}

function By({ name, by: { parts, other } }) {
  const shown = parts.slice(0, SHOWN);
  const rows = shown.map(({ value, rows: many, share }, index) => ({ name: value === null || value === undefined ? "unknown" : name === "rules" ? words(value) : value, value: many, note: percent(share), key: index }));
  const left = parts.slice(SHOWN).reduce((total, { rows: many }) => total + many, other ?? 0);
  return html`<${Card} title=${`Rows by ${words(name)}`}><${Bars} label=${`Rows by ${words(name)}`} rows=${rows} />${left > 0 && html`<p class="quiet">${count(left)} more of others</p>`}<//>`;
}
