// The dashboard: who is signed in, which view is open. What is shown comes from the
// API, with the cookie of whoever signed in.

import { App } from "./frame/app.js";
import { html, render } from "./lib/h.js";

render(html`<${App} />`, document.getElementById("app"));
