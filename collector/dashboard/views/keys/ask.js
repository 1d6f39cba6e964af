// A question before something that is not taken back.

import { html, useEffect, useRef, useState } from "../../lib/h.js";

/** `does` is the word on the button that does `act`; it closes once that is done. */
export function Ask({ title, does, act, onClose, isHard = false, children }) {
  const dialog = useRef();
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  useEffect(() => dialog.current.showModal(), []);
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await act();
      dialog.current?.close();
    } catch (error) {
      setProblem(error.message);
      setBusy(false);
    }
  };
  return html`
    <dialog class="ask" ref=${dialog} aria-label=${title} onClose=${onClose}>
      <form onSubmit=${submit}>
        <h2>${title}</h2>
        ${children}
        ${problem && html`<p class="bad" role="alert">${problem}</p>`}
        <p class="acts">
          <button class=${isHard ? "hard" : ""} disabled=${isBusy}>${does}</button>
          <button type="button" class="plain" onClick=${() => dialog.current.close()}>Cancel</button>
        </p>
      </form>
    </dialog>`;
}
