// What a conversation's element is put into: nothing, or a shadow root with the styles of answers.

import { h } from "../dom.js";
import { current } from "./interfaces.js";

const STYLES = ["base", "chat", "markdown"];

/** The element to put on the page for `element`. */
export function shellOf(element) {
  if (current !== "shadow") return element;
  const host = h("div", { class: "transcript-host" });
  const styles = STYLES.map((name) => h("link", { rel: "stylesheet", href: `/styles/${name}.css` }));
  host.attachShadow({ mode: "open" }).append(...styles, element);
  return host;
}
