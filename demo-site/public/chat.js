// The conversations and what happens in them. Ties store, stream and views together.

import { AnswerView } from "./answer.js";
import { h } from "./dom.js";
import { announce } from "./notice.js";
import { addTurn, addVersion, messagesUpTo, newConversation, shownVersion } from "./store.js";
import { streamAnswer } from "./stream.js";
import { tellAccepted } from "./tell.js";
import { shellOf } from "./ui/shell.js";

export class Chat extends EventTarget {
  #subject;
  #insertText;
  #views = new Map(); // conversation → { element, shell, answers: Map(turn → AnswerView), running }

  constructor({ subject, insertText }) {
    super();
    this.#subject = subject;
    this.#insertText = insertText;
    this.conversations = [];
    this.startNew();
  }

  get current() {
    return this.#current;
  }
  #current;

  get transcript() {
    return this.#views.get(this.#current).shell;
  }

  get streaming() {
    return this.isStreaming(this.#current);
  }

  isStreaming(conversation) {
    return this.#views.get(conversation).running !== undefined;
  }

  startNew() {
    const unused = this.conversations.find(({ turns }) => turns.length === 0);
    if (unused) return this.open(unused);
    const conversation = newConversation();
    const element = h("div", { class: "transcript", "data-ai-conversation": conversation.id });
    this.#views.set(conversation, { element, shell: shellOf(element), answers: new Map(), running: undefined });
    this.conversations.unshift(conversation);
    this.open(conversation);
  }

  open(conversation) {
    this.#current = conversation;
    this.#tell("open");
  }

  send(prompt) {
    const conversation = this.#current;
    const turn = addTurn(conversation, prompt);
    addVersion(turn);
    const view = this.#views.get(conversation);
    const answer = new AnswerView(turn, this.#actionsIn(conversation));
    view.answers.set(turn, answer);
    const bubble = h("div", { class: "prompt", role: "group", "aria-label": "You" }, h("p", {}, prompt));
    view.element.append(h("section", { class: "turn" }, bubble, answer.element));
    this.#generate(conversation, turn);
    this.#tell("sent");
  }

  stop() {
    this.#views.get(this.#current).running?.abort();
  }

  #actionsIn(conversation) {
    const update = (turn) => this.#views.get(conversation).answers.get(turn).update();
    return {
      regenerate: (turn) => this.#regenerate(conversation, turn),
      edited: (version, text) => Object.assign(version, { text, edited: true }),
      insert: (version) => {
        this.#insertText(version.text);
        tellAccepted(version.id);
      },
      rate: (turn, value) => {
        const version = shownVersion(turn);
        version.rating = version.rating === value ? 0 : value;
        update(turn);
        announce(version.rating === 0 ? "Rating removed" : "Thank you for the rating");
      },
      show: (turn, index) => {
        if (!(index in turn.versions)) return;
        turn.shown = index;
        update(turn);
        announce(`Version ${index + 1} of ${turn.versions.length}`);
        this.#tell("change");
      },
    };
  }

  #regenerate(conversation, turn) {
    if (this.isStreaming(conversation)) return;
    addVersion(turn);
    this.#generate(conversation, turn);
    this.#tell("regenerate");
  }

  async #generate(conversation, turn) {
    const view = this.#views.get(conversation);
    const answer = view.answers.get(turn);
    const version = shownVersion(turn);
    const running = (view.running = new AbortController());
    const request = {
      conversation: conversation.id,
      turn: turn.index,
      variant: version.variant,
      subject: this.#subject,
      messages: messagesUpTo(conversation, turn),
    };
    answer.update();
    announce("The answer is being written");
    this.#tell("change");
    try {
      for await (const event of streamAnswer(request, running.signal)) {
        this.#take(event, { conversation, turn, version, answer });
      }
      version.state = "done";
      announce("The answer is complete");
    } catch (error) {
      version.state = running.signal.aborted ? "stopped" : "failed";
      announce(version.state === "stopped" ? "Stopped" : "The answer could not be loaded");
      if (version.state === "failed") console.warn(error);
    }
    view.running = undefined;
    answer.update();
    this.#tell("change");
  }

  #take(event, { conversation, turn, version, answer }) {
    if (event.type === "start") {
      version.id = event.id;
      version.state = "streaming";
      this.#tell("output", { id: event.id, conversation, turn: turn.index, variant: version.variant });
    }
    if (event.type === "token") answer.setToken(version, event.token);
    if (event.type === "text") version.text += event.text;
    answer.update();
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
