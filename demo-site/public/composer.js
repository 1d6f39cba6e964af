// Where the person writes. Enter sends, Shift+Enter makes a line; a draft can be written while an
// answer is still coming.

import { byId } from "./dom.js";

export class Composer {
  #input = byId("composer-input");
  #send = byId("send");
  #stop = byId("stop");
  #streaming = false;

  constructor({ send, stop }) {
    const submit = () => {
      const text = this.#input.value.trim();
      if (text === "" || this.#streaming) return;
      this.#input.value = "";
      this.#refresh();
      send(text);
      this.focus();
    };
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      submit();
    });
    this.#input.addEventListener("input", () => this.#refresh());
    this.#input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      submit();
    });
    this.#stop.addEventListener("click", () => {
      stop();
      this.focus();
    });
  }

  setStreaming(streaming) {
    const hadFocus = document.activeElement === this.#stop;
    this.#streaming = streaming;
    this.#stop.hidden = !streaming;
    this.#send.hidden = streaming;
    if (hadFocus && !streaming) this.focus();
  }

  /** On a phone, focus would open the keyboard over the answer. */
  focus() {
    if (matchMedia("(hover: hover)").matches) this.#input.focus({ preventScroll: true });
  }

  #refresh() {
    this.#send.disabled = this.#input.value.trim() === "";
    if (CSS.supports("field-sizing", "content")) return;
    this.#input.style.height = "auto";
    this.#input.style.height = `${this.#input.scrollHeight}px`;
  }
}
