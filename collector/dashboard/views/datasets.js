// Training data: what was built, and what would come out now.

import { count } from "../lib/format.js";
import { html } from "../lib/h.js";
import { Card, Empty, Pill, Table } from "../lib/parts.js";
import { at } from "../lib/time.js";
import { Build } from "./datasets/build.js";
import { Exports } from "./datasets/exports.js";
import { followers, holders } from "./datasets/after.js";
import { NewBuild } from "./datasets/order.js";

const one = (id) => `/v1/datasets/builds/${encodeURIComponent(id)}`;

export const api = ({ id }) => [...(id ? [one(id)] : []), "/v1/datasets/builds", "/v1/releases", "/v1/erasures"];

const TONES = { done: "good", failed: "bad", running: "mixed", waiting: "rest" };

export function View({ data, state, link, go }) {
  const [list, { releases }, { erasures }] = data.slice(-3);
  if (state.id) return html`<${Build} build=${data[0]} builds=${list.builds} releases=${releases} erasures=${erasures} link=${link} />`;
  const columns = [
    { key: "id", title: "Build", cell: ({ id }) => html`<a class="id" href=${link(`datasets/${id}`)}>${id}</a>` },
    { key: "format", title: "Format", cell: ({ format }) => format },
    { key: "state", title: "State", cell: (build) => html`<${Pill} tone=${TONES[build.state]}>${build.state}<//>` },
    { key: "rows", title: "Rows", number: true, cell: ({ rows }) => count(rows) },
    { key: "policy", title: "Policy", cell: ({ policy }) => html`<code title=${policy}>${policy.split("#")[0]}</code>` },
    { key: "as_of", title: "As of", cell: ({ as_of }) => at(as_of) },
    { key: "after", title: "What followed", cell: (build) => html`<${After} build=${build} builds=${list.builds} releases=${releases} erasures=${erasures} />` },
  ];
  return html`
    <${Card} title="Builds" note="A build is kept with its manifest, its card and a report of what it is made of. The same facts and policy give the same bytes.">
      ${list.builds.length === 0
        ? html`<${Empty} title="No build yet">Order one below, by <code>POST /v1/datasets/builds</code>, or by <code>tacit run --due</code> on a timer.<//>`
        : html`<${Table} caption="Builds, the latest request first" columns=${columns} rows=${list.builds} id=${({ id }) => id} />`}
    <//>
    <${NewBuild} go=${go} />
    <${Exports} />`;
}

function After({ build, builds, releases, erasures }) {
  const found = followers(build.id, builds, releases);
  const erased = holders(build.id, erasures);
  if (found.length === 0 && erased.length === 0) return html`<span class="quiet">–</span>`;
  return html`${found.map(({ title }) => title).join(", ")}${erased.length > 0 && html` <${Pill} tone="bad">holds ${count(erased.length)} erased<//>`}`;
}
