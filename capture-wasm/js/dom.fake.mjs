// As much of a DOM as the tests of outputs.js and reading.js need.

export class Node {
  static ELEMENT_NODE = 1;
  static TEXT_NODE = 3;
  parentElement = null;
  get nextSibling() {
    const siblings = this.parentElement?.childNodes ?? [];
    return siblings[siblings.indexOf(this) + 1] ?? null;
  }
}

class Text extends Node {
  nodeType = Node.TEXT_NODE;
  constructor(text) {
    super();
    this.nodeValue = text;
  }
  get textContent() {
    return this.nodeValue;
  }
}

export class Element extends Node {
  nodeType = Node.ELEMENT_NODE;
  isConnected = true;
  constructor(tagName, attributes, childNodes) {
    super();
    Object.assign(this, { tagName, attributes, childNodes });
    for (const child of childNodes) child.parentElement = this;
  }
  get firstChild() {
    return this.childNodes[0] ?? null;
  }
  get textContent() {
    return this.childNodes.map((child) => child.textContent).join("");
  }
  getAttribute(name) {
    return this.attributes[name] ?? null;
  }
  /** Lists of tags, `[name]`, `[name=value]`, and a tag before either. */
  matches(selectors) {
    return selectors.split(",").some((selector) => {
      const [, tag, name, value] = /^([a-z]*)(?:\[([\w-]+)(?:=([\w-]+))?\])?$/.exec(selector);
      if (tag && tag.toUpperCase() !== this.tagName) return false;
      return !name || (name in this.attributes && (!value || this.attributes[name] === value));
    });
  }
  closest(selectors) {
    for (let place = this; place; place = place.parentElement) if (place.matches(selectors)) return place;
    return null;
  }
  contains(other) {
    for (let place = other; place; place = place.parentElement) if (place === this) return true;
    return false;
  }
  querySelector(selectors) {
    return this.all().slice(1).find((element) => element.matches(selectors)) ?? null;
  }
  all() {
    return [this, ...this.childNodes.flatMap((child) => (child instanceof Element ? child.all() : []))];
  }
}

export class HTMLTextAreaElement extends Element {}
export class HTMLInputElement extends Element {}

/** `el("p", { lang: "en" }, "text", el("b"))` */
export function el(tag, attributes = {}, ...children) {
  const Kind = { textarea: HTMLTextAreaElement, input: HTMLInputElement }[tag] ?? Element;
  return new Kind(
    tag.toUpperCase(),
    attributes,
    children.map((child) => (typeof child === "string" ? new Text(child) : child)),
  );
}

/** What happened in `target`. */
export const at = (target) => ({ composedPath: () => [target] });

Object.assign(globalThis, { Node, HTMLTextAreaElement, HTMLInputElement });
