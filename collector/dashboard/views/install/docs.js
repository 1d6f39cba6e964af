// The way to a page of the documentation.

import { html } from "../../lib/h.js";

/** `page` as the API names it: `access#rotation`. */
export const Docs = ({ page }) => html`<a href=${`/docs/${page}`} target="_blank" rel="noreferrer">More in ${page.split("#")[0]}</a>`;
