// Which of sidebar, document and inspector are open, and what fits beside each other.

import { byId } from "./dom.js";

const twoFit = matchMedia("(min-width: 1100px)");
const oneFits = matchMedia("(min-width: 760px)");
const PANELS = ["document", "inspector"];

export class Panels {
  #app = byId("app");
  #changed;

  constructor({ changed }) {
    this.#changed = changed;
    for (const name of PANELS) {
      byId(`toggle-${name}`).addEventListener("click", () => this.set(name, byId(name).hidden));
      byId(`close-${name}`).addEventListener("click", () => {
        this.set(name, false);
        byId(`toggle-${name}`).focus();
      });
    }
    byId("open-sidebar").addEventListener("click", () => this.setSidebar(true));
    byId("close-sidebar").addEventListener("click", () => this.setSidebar(false));
    byId("scrim").addEventListener("click", () => this.setSidebar(false));
    twoFit.addEventListener("change", () => this.#fit());
    oneFits.addEventListener("change", () => this.#cover());
    this.set("inspector", twoFit.matches);
    this.#app.classList.remove("starting");
  }

  set(name, open) {
    byId(name).hidden = !open;
    byId(`toggle-${name}`).setAttribute("aria-pressed", open);
    this.#app.classList.toggle(`with-${name}`, open);
    if (open) this.#fit(name);
    this.#cover();
    this.#changed(name, open);
  }

  isOpen(name) {
    return !byId(name).hidden;
  }

  /** Opens a panel unless it would cover the chat; says whether it is open now. */
  reveal(name) {
    if (oneFits.matches) this.set(name, true);
    return this.isOpen(name);
  }

  setSidebar(open) {
    const wasOpen = this.#app.classList.contains("sidebar-open");
    this.#app.classList.toggle("sidebar-open", open);
    byId("open-sidebar").setAttribute("aria-expanded", open);
    this.#cover();
    if (open) byId("close-sidebar").focus();
    else if (wasOpen) byId("open-sidebar").focus();
  }

  /** Closes what lies over the chat; says whether there was anything. */
  closeOverlay() {
    if (this.#app.classList.contains("sidebar-open")) {
      this.setSidebar(false);
      return true;
    }
    const covering = this.#covering();
    if (!covering) return false;
    this.set(covering, false);
    byId(`toggle-${covering}`).focus();
    return true;
  }

  #covering() {
    return oneFits.matches ? undefined : PANELS.find((name) => this.isOpen(name));
  }

  /** What is covered cannot be reached with the keyboard either. */
  #cover() {
    byId("chat").inert = this.#app.classList.contains("sidebar-open") || this.#covering() !== undefined;
  }

  #fit(kept = "document") {
    if (twoFit.matches) return;
    for (const name of PANELS) if (name !== kept && this.isOpen(name)) this.set(name, false);
  }
}
