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
  get innerHTML() {
    return this.childNodes.map((child) => child.outerHTML ?? child.nodeValue).join("");
  }
  get outerHTML() {
    const attributes = Object.entries(this.attributes).map(([name, value]) => ` ${name}="${value}"`);
    return `<${this.tagName}${attributes.join("")}>${this.innerHTML}</>`;
  }
  getRootNode() {
    return this.parentElement?.getRootNode() ?? this;
  }
  getElementById(id) {
    return this.all().find(({ attributes }) => attributes.id === id) ?? null;
  }
  getAttributeNames() {
    return Object.keys(this.attributes);
  }
  hasAttribute(name) {
    return name in this.attributes;
  }
  getAttribute(name) {
    return this.attributes[name] ?? null;
  }
  /** Lists of tags and `*`, each with any number of `[name]`, `[name=value]`, `[name^=value]`. */
  matches(selectors) {
    return selectors.split(",").some((selector) => {
      const [, tag, attributes] = /^([a-z]*|\*)((?:\[[^\]]+\])*)$/.exec(selector);
      if (tag && tag !== "*" && tag.toUpperCase() !== this.tagName) return false;
      return [...attributes.matchAll(/\[([\w-]+)(?:(\^?)=([\w-]+))?\]/g)].every(([, name, start, value]) => {
        const own = this.attributes[name];
        return own !== undefined && (!value || (start ? own.startsWith(value) : own === value));
      });
    });
  }
  querySelectorAll(selectors) {
    return this.all().slice(1).filter((element) => element.matches(selectors));
  }
  querySelector(selectors) {
    return this.querySelectorAll(selectors)[0] ?? null;
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
export const at = (target) => ({
  composedPath() {
    const path = [];
    for (let place = target; place; place = place.parentElement) path.push(place);
    return path;
  },
});

Object.assign(globalThis, { Node, HTMLTextAreaElement, HTMLInputElement });
