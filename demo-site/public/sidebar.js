// The conversations of this page load.

import { byId, h } from "./dom.js";

export class Sidebar {
  #chat;
  #list = byId("conversations");
  #opened;

  constructor(chat, { opened }) {
    this.#chat = chat;
    this.#opened = opened;
    for (const id of ["new-chat", "new-chat-short"]) {
      byId(id).addEventListener("click", () => {
        chat.startNew();
        opened();
      });
    }
  }

  update() {
    const focused = document.activeElement?.dataset?.conversation;
    const started = this.#chat.conversations.filter(({ turns }) => turns.length > 0);
    this.#list.replaceChildren(...started.map((conversation) => this.#item(conversation)));
    if (focused) this.#list.querySelector(`[data-conversation="${focused}"]`)?.focus();
  }

  #item(conversation) {
    const attributes = {
      type: "button",
      "aria-current": conversation === this.#chat.current && "true",
      "data-conversation": conversation.id,
      "data-streaming": this.#chat.isStreaming(conversation),
      onclick: () => {
        this.#chat.open(conversation);
        this.#opened();
      },
    };
    return h("li", {}, h("button", attributes, h("span", {}, conversation.title)));
  }
}
