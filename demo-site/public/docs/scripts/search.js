// The search: passages are fetched when it is first opened, and searched in the page.

import MiniSearch from "/vendor/minisearch.js";
import { byId, h } from "/dom.js";

const RESULTS_MAX = 12;
/** Characters of a passage that are shown around what was found. */
const AROUND = 60;

let index = null;

export function startSearch() {
  const dialog = byId("search");
  const query = byId("query");
  const open = () => {
    dialog.showModal();
    query.select();
    index ??= load();
    refresh();
  };
  byId("open-search").addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, textarea, [contenteditable]");
    const isAsked = event.key === "/" || (event.key === "k" && (event.ctrlKey || event.metaKey));
    if (!isAsked || isTyping || dialog.open) return;
    event.preventDefault();
    open();
  });
  // Outside of the dialog's box is its backdrop.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  query.addEventListener("input", refresh);
  query.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) move(step);
    else if (event.key === "Enter") selected()?.click();
    // By itself it would empty the field first.
    else if (event.key === "Escape") dialog.close();
    else return;
    event.preventDefault();
  });
}

async function load() {
  const passages = await (await fetch("/docs/search.json")).json();
  const search = new MiniSearch({
    fields: ["page", "heading", "text"],
    storeFields: ["page", "heading", "text"],
    searchOptions: { boost: { page: 4, heading: 3 }, prefix: true, fuzzy: 0.15, combineWith: "AND" },
  });
  search.addAll(passages);
  return search;
}

async function refresh() {
  const text = byId("query").value.trim();
  const state = byId("search-state");
  let found = [];
  try {
    const search = await index;
    if (byId("query").value.trim() !== text) return;
    found = text ? search.search(text).slice(0, RESULTS_MAX) : [];
    state.textContent = text && found.length === 0 ? `Nothing on “${text}”.` : "";
  } catch {
    index = null; // the next time it is opened it is tried again
    state.textContent = "The search could not be loaded.";
  }
  byId("results").replaceChildren(...found.map(row));
  byId("query").setAttribute("aria-expanded", String(found.length > 0));
  select(byId("results").firstElementChild);
}

function row({ id, page, heading, text, terms }, number) {
  const title = heading ? `${page} › ${heading}` : page;
  const item = h("li", { role: "option", id: `result-${number}` }, h("strong", {}, title), h("span", { class: "muted" }, ...excerpt(text, terms)));
  item.addEventListener("click", () => {
    byId("search").close();
    location.assign(id);
  });
  item.addEventListener("mousemove", () => select(item));
  return item;
}

/** The text around the first word found, which is marked. */
function excerpt(text, terms) {
  const lower = text.toLowerCase();
  const places = terms.map((term) => ({ at: lower.indexOf(term), term })).filter(({ at }) => at >= 0);
  const first = places.sort((a, b) => a.at - b.at)[0];
  if (!first) return [text.slice(0, 2 * AROUND)];
  const start = Math.max(0, first.at - AROUND);
  const end = first.at + first.term.length;
  const before = `${start > 0 ? "…" : ""}${text.slice(start, first.at)}`;
  return [before, h("mark", {}, text.slice(first.at, end)), text.slice(end, end + 2 * AROUND)];
}

const selected = () => document.querySelector('#results [aria-selected="true"]');

function move(step) {
  const rows = [...byId("results").children];
  const next = rows[(rows.indexOf(selected()) + step + rows.length) % rows.length];
  select(next);
  next?.scrollIntoView({ block: "nearest" });
}

function select(item) {
  selected()?.removeAttribute("aria-selected");
  item?.setAttribute("aria-selected", "true");
  if (item) byId("query").setAttribute("aria-activedescendant", item.id);
  else byId("query").removeAttribute("aria-activedescendant");
}
