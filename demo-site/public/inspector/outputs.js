// Short names for the outputs of this page: nobody reads a UUID.

export class OutputNames {
  #names = new Map();
  #chats = new Map(); // conversation → its number, counted as they come up

  add({ id, conversation, turn, variant }) {
    if (!this.#chats.has(conversation)) this.#chats.set(conversation, this.#chats.size + 1);
    const chat = this.#chats.get(conversation);
    const where = chat > 1 ? `Chat ${chat}, answer` : "Answer";
    const version = variant > 0 ? `, version ${variant + 1}` : "";
    this.#names.set(id, `${where} ${turn + 1}${version}`);
  }

  of(id) {
    return this.#names.get(id) ?? `${id.slice(0, 10)}…`;
  }
}
