// Signing in with a secret key, which is exchanged for a cookie and kept nowhere.

import { html, useEffect, useRef, useState } from "../lib/h.js";

export function SignIn({ message, onKey }) {
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
    <main class="door">
      <h1 class="mark">Tacit</h1>
      <p class="quiet">What people really thought of your AI's answers, from what they did with them.</p>
      <form id="sign-in" class="card" onSubmit=${submit}>
        <label for="key">Secret key of a project</label>
        <div class="field">
          <input id="key" name="key" type="password" autocomplete="off" spellcheck="false" placeholder="sk_…" required ref=${field} />
          <button disabled=${isAsking}>Sign in</button>
        </div>
        <p id="sign-in-error" class="bad" role="alert">${message}</p>
        <p class="quiet">It is exchanged for a cookie and kept nowhere. A key belongs to one project: to look at another, sign in with a key of that one.</p>
        <p class="quiet">This makes one: <code>tacit keys create --project NAME --kind secret --scope read</code></p>
      </form>
    </main>`;
}
