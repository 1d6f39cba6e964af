// Following a growing answer without fighting the reader: whoever scrolls up or selects text stays
// where they are, and going back to the end follows again.

const NEAR_END_PX = 40;

export class Follower {
  #scroller;
  #jump;
  #following = true;
  #size = ""; // of content and view, when last looked at
  #places = new WeakMap(); // content → where its reader was; nothing while they followed

  constructor(scroller, jump) {
    this.#scroller = scroller;
    this.#jump = jump;
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    jump.addEventListener("click", () => this.toEnd());
    new ResizeObserver(() => this.#resized()).observe(scroller); // the window or a panel
  }

  /** Call after the content may have grown. */
  grown() {
    if (this.#sizeNow() !== this.#size) this.#resized();
  }

  toEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#look();
  }

  /** Exchanges the content, and returns to the place where it was left. */
  show(content) {
    const before = this.#scroller.firstElementChild;
    if (before === content) return;
    if (this.#following) this.#places.delete(before);
    else this.#places.set(before, this.#scroller.scrollTop);
    before.replaceWith(content);
    this.#scroller.scrollTop = this.#places.get(content) ?? this.#scroller.scrollHeight;
    this.#look();
  }

  #scrolled() {
    // The browser scrolls too when sizes change; that is not the reader going away.
    if (this.#sizeNow() === this.#size) this.#look();
    else this.#resized();
  }

  #resized() {
    if (this.#following && !this.#isSelecting()) this.toEnd();
    else this.#look();
  }

  #look() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    this.#following = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    this.#jump.hidden = this.#following;
    this.#size = this.#sizeNow();
  }

  #sizeNow() {
    const { scrollHeight, clientHeight, clientWidth } = this.#scroller;
    return `${scrollHeight} ${clientHeight} ${clientWidth}`;
  }

  #isSelecting() {
    const selection = getSelection();
    return !selection.isCollapsed && this.#scroller.contains(selection.anchorNode);
  }
}
