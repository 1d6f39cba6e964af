// Following a growing answer without fighting the reader: whoever scrolls up or selects text stays
// where they are, and going back to the end follows again.

const NEAR_END_PX = 40;

export class Follower {
  #scroller;
  #jump;
  #following = true;
  #heightPx = 0;
  #places = new WeakMap(); // content → where its reader was

  constructor(scroller, jump) {
    this.#scroller = scroller;
    this.#jump = jump;
    scroller.addEventListener("scroll", () => this.#look(), { passive: true });
    jump.addEventListener("click", () => this.toEnd());
    // The window or a panel changed the room there is.
    new ResizeObserver(() => (this.#following ? this.toEnd() : this.#look())).observe(scroller);
  }

  /** Call after the content may have grown. */
  grown() {
    if (this.#scroller.scrollHeight === this.#heightPx) return;
    this.#heightPx = this.#scroller.scrollHeight;
    if (this.#following && !this.#isSelecting()) this.toEnd();
    else this.#look();
  }

  toEnd() {
    this.#following = true;
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#jump.hidden = true;
  }

  /** Exchanges the content, and returns to the place where it was left. */
  show(content) {
    const before = this.#scroller.firstElementChild;
    if (before === content) return;
    this.#places.set(before, this.#following ? Infinity : this.#scroller.scrollTop);
    before.replaceWith(content);
    this.#scroller.scrollTop = this.#places.get(content) ?? Infinity;
    this.#look();
  }

  #look() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    const belowPx = scrollHeight - scrollTop - clientHeight;
    this.#following = belowPx < NEAR_END_PX;
    this.#jump.hidden = this.#following;
  }

  #isSelecting() {
    const selection = getSelection();
    return !selection.isCollapsed && this.#scroller.contains(selection.anchorNode);
  }
}
