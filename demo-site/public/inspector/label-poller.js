// Asks for the labels of outputs that something just happened to, about once a second, and stops
// when nothing did for a while. No DOM; time and timers are given.

export const FRESH_MS = 12_000;
const EVERY_MS = 1_000;

export class LabelPoller {
  #ask;
  #changed;
  #now;
  #touched = new Map(); // output id → when
  #timer;
  #active = false;

  /** `ask(id)` fetches one label and shows it; `changed(polling)` hears of start and stop. */
  constructor({ ask, changed, now = Date.now }) {
    this.#ask = ask;
    this.#changed = changed;
    this.#now = now;
  }

  touch(id) {
    this.#touched.set(id, this.#now());
    this.#start();
  }

  /** Nobody looks: no requests. Somebody does: everything known is looked up once more. */
  setActive(active, ids = []) {
    this.#active = active;
    if (active) ids.forEach((id) => this.touch(id));
    else this.#stop();
  }

  due() {
    const since = this.#now() - FRESH_MS;
    return [...this.#touched].filter(([, at]) => at > since).map(([id]) => id);
  }

  #start() {
    if (!this.#active || this.#timer !== undefined) return;
    this.#changed(true);
    this.#timer = setTimeout(() => this.#round(), EVERY_MS);
  }

  async #round() {
    await Promise.allSettled(this.due().map((id) => this.#ask(id)));
    if (!this.#active) return;
    this.#timer = undefined;
    if (this.due().length > 0) this.#start();
    else this.#changed(false);
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#changed(false);
  }
}
