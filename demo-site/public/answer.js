// One answer on the page: an article with the body that Tacit watches, the editor that may take its
// place, and the controls below. The controls are outside the body, as the body is the output.

import { AnswerEditor } from "./answer-editor.js";
import { answerControls } from "./answer-controls.js";
import { h } from "./dom.js";
import { MarkdownView } from "./markdown.js";
import { shownVersion } from "./store.js";

export class AnswerView {
  #turn;
  #slot = h("div", { class: "answer-slot" });
  #controls;
  #waiting = waiting();
  #failure = failure();
  #editor;
  #bodies = new Map(); // version → { element, view }
  #frame = 0;

  constructor(turn, actions) {
    this.#turn = turn;
    this.#controls = answerControls(turn, { ...actions, edit: () => this.#edit(actions) });
    this.element = h("article", { class: "answer", "aria-label": `Answer ${turn.index + 1}` });
    this.element.append(this.#slot, this.#controls.element);
  }

  /** Brings the article in line with the version that is shown; text at most once a frame. */
  update() {
    const version = shownVersion(this.#turn);
    this.element.dataset.state = version.state;
    this.#controls.update(version);
    if (this.#editor && this.#editor.version !== version) this.#closeEditor();
    this.#place(version);
    if (version.state === "streaming") this.#frame ||= requestAnimationFrame(() => this.#draw());
    else this.#draw();
  }

  /** The token comes after the element is there; Tacit reads it when it sends. */
  setToken(version, token) {
    const body = this.#bodies.get(version);
    if (body) body.element.dataset.aiToken = token;
  }

  #place(version) {
    const parts = [];
    if (version.id) parts.push(this.#bodyOf(version).element);
    if (isWaiting(version)) parts.push(this.#waiting);
    if (version.state === "failed") parts.push(this.#failure);
    if (this.#editor) parts.push(this.#editor.element);
    const placed = [...this.#slot.children];
    const same = parts.length === placed.length && parts.every((part, i) => part === placed[i]);
    if (!same) this.#slot.replaceChildren(...parts); // only then, as it would drop a selection
  }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const version = shownVersion(this.#turn);
    if (version.id) this.#bodyOf(version).view.render(version.text);
    this.element.dispatchEvent(new CustomEvent("drawn", { bubbles: true, composed: true }));
  }

  #bodyOf(version) {
    if (!this.#bodies.has(version)) {
      const element = h("div", {
        class: "answer-body",
        "data-ai-output": version.id,
        "data-ai-turn": this.#turn.index,
        "data-ai-variant": version.variant,
      });
      this.#bodies.set(version, { element, view: new MarkdownView(element) });
    }
    return this.#bodies.get(version);
  }

  #edit(actions) {
    const version = shownVersion(this.#turn);
    const body = this.#bodyOf(version).element;
    this.#editor = new AnswerEditor(version, body.offsetHeight, {
      save: (text) => {
        actions.edited(version, text);
        this.#closeEditor();
        this.update();
      },
      cancel: () => this.#closeEditor(),
    });
    this.element.classList.add("editing");
    body.hidden = true;
    this.#slot.append(this.#editor.element);
    this.#editor.focus();
  }

  #closeEditor() {
    this.#bodyOf(this.#editor.version).element.hidden = false;
    this.#editor.element.remove();
    this.#editor = undefined;
    this.element.classList.remove("editing");
    this.#controls.focusEdit();
  }
}

const isWaiting = ({ state, text }) =>
  state === "waiting" || (state === "streaming" && text === "");

function waiting() {
  const dots = [h("span"), h("span"), h("span")];
  return h("div", { class: "answer-waiting", role: "img", "aria-label": "Waiting for the answer" }, ...dots);
}

function failure() {
  const text = "The answer did not arrive completely. Check that the demo server is running, then regenerate.";
  return h("p", { class: "failure" }, text);
}
