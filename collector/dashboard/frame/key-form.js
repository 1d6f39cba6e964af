// A field for a secret key, which is exchanged for a cookie and kept nowhere.

import { html, useEffect, useRef, useState } from "../lib/h.js";

/** `onKey` gets the key and says, once it is asked, whether it was taken. */
export function KeyForm({ id, label, act, message, onKey, children }) {
  const [isAsking, setAsking] = useState(false);
  const field = useRef();
  useEffect(() => field.current.focus(), []);
  const submit = async (event) => {
    event.preventDefault();
    setAsking(true);
    await onKey(field.current.value.trim());
    setAsking(false);
  };
  return html`
    <form id=${id} class="key-form" onSubmit=${submit}>
      <label for=${`${id}-key`}>${label}</label>
      <div class="field">
        <input id=${`${id}-key`} name="key" type="password" autocomplete="off" spellcheck="false" placeholder="sk_…" required ref=${field} />
        <button disabled=${isAsking}>${act}</button>
      </div>
      <p id=${`${id}-error`} class="bad" role="alert">${message}</p>
      ${children}
    </form>`;
}
