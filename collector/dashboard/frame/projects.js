// Which project is looked at, and the others this browser is signed in to.

import { html, useEffect, useRef, useState } from "../lib/h.js";
import { KeyForm } from "./key-form.js";

export function Projects({ open, projects, linkTo, here, onAdd, onLeave }) {
  const box = useRef();
  const [isAdding, setAdding] = useState(false);
  const [message, setMessage] = useState("");
  const close = () => {
    box.current.open = false;
    setAdding(false);
    setMessage("");
  };
  useEffect(close, [here]);
  const keyed = (event) => {
    if (event.key !== "Escape" || !box.current.open) return;
    close();
    box.current.firstElementChild.focus();
  };
  const left = (event) => {
    // Somebody goes on elsewhere; a click on nothing stays.
    if (event.relatedTarget && !box.current.contains(event.relatedTarget)) close();
  };
  const add = async (key) => setMessage(await onAdd(key));
  return html`
    <details class="whose" ref=${box} onKeyDown=${keyed} onFocusOut=${left}>
      <summary><span class="quiet">Project</span> <b id="project">${open.project}</b></summary>
      <div class="card">
        <ul class="projects" aria-label="Projects you are signed in to">
          ${projects.map(({ project, key, scopes }) => html`
            <li key=${project}>
              <a href=${linkTo(project)} aria-current=${project === open.project ? "true" : undefined}>${project}</a>
              <span class="quiet">${key}: ${scopes.join(", ")}</span>
              ${projects.length > 1 && html`<button class="small plain" aria-label=${`Sign out of ${project}`} onClick=${() => onLeave(project)}>Sign out</button>`}
            </li>`)}
        </ul>
        ${isAdding
          ? html`<${KeyForm} id="add-project" label="Secret key of another project" act="Add" message=${message} onKey=${add} />`
          : html`<button class="plain" onClick=${() => setAdding(true)}>Add another project …</button>`}
      </div>
    </details>`;
}
