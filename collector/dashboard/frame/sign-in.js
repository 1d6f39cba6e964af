// The door: nobody is signed in to the project that the address names, or to any.

import { html } from "../lib/h.js";
import { KeyForm } from "./key-form.js";

/** `wanted` is the project the address names, `others` those one is signed in to. */
export function SignIn({ message, wanted, others, linkTo, onKey }) {
  return html`
    <main class="door">
      <h1 class="mark">Tacit</h1>
      <p class="quiet">What people really thought of your AI's answers, from what they did with them.</p>
      <div class="card">
        <${KeyForm} id="sign-in" label=${wanted ? html`Secret key of the project <b>${wanted}</b>` : "Secret key of a project"} act="Sign in" message=${message} onKey=${onKey}>
          <p class="quiet">It is exchanged for a cookie and kept nowhere. A key belongs to one project; you may be signed in to several.</p>
          <p class="quiet">This makes one: <code>tacit keys create --project ${wanted ?? "NAME"} --kind secret --scope read</code></p>
        <//>
        ${others.length > 0 && html`
          <nav class="signed-in" aria-label="Projects you are signed in to">
            <p>You are signed in to</p>
            <ul>${others.map(({ project }) => html`<li key=${project}><a href=${linkTo(project)}>${project}</a></li>`)}</ul>
          </nav>`}
      </div>
    </main>`;
}
