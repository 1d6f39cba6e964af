// A list that grows at its end and stays there, unless its reader went up.

import { h } from "../dom.js";

const SHOWN_MAX = 100;
const NEAR_END_PX = 24;

export class Log {
  constructor(name, testId) {
    this.element = h("ol", { class: "log", "aria-label": name, "data-testid": testId, tabindex: "0" });
  }

  add(item) {
    const list = this.element;
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PX;
    list.append(item);
    if (list.childElementCount > SHOWN_MAX) list.firstElementChild.remove();
    if (atEnd) list.scrollTop = list.scrollHeight;
  }

  toEnd() {
    this.element.scrollTop = this.element.scrollHeight;
  }
}
