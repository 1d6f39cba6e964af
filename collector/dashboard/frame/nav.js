// The way to every view; range and filter go along.

import { html } from "../lib/h.js";
import { next, write } from "../lib/router.js";
import { GROUPS, VIEWS } from "../views/index.js";

export function Nav({ route, entry, isOpen }) {
  const link = ({ name, title }) => html`
    <li key=${name}><a href=${write(next(route, name))} aria-current=${entry?.name === name ? "page" : undefined}>${title}</a></li>`;
  const group = (title) => {
    const views = VIEWS.filter((view) => view.group === title);
    return views.length > 0 && html`
      <div class="nav-group" key=${title}>
        <h2 id=${`nav-${title}`}>${title}</h2>
        <ul aria-labelledby=${`nav-${title}`}>${views.map(link)}</ul>
      </div>`;
  };
  return html`<nav id="nav" class=${isOpen ? "nav open" : "nav"} aria-label="Views">${GROUPS.map(group)}</nav>`;
}
