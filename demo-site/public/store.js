// What the page knows about its conversations. Plain data and functions over it: no DOM, no network.

export function newConversation() {
  return { id: `c-${crypto.randomUUID()}`, title: "New chat", turns: [], solved: false };
}

export function addTurn(conversation, prompt) {
  const turn = { index: conversation.turns.length, prompt, versions: [], shown: -1 };
  if (turn.index === 0) conversation.title = prompt.replace(/\s+/g, " ").slice(0, 80);
  conversation.turns.push(turn);
  return turn;
}

/** A new version of the answer, shown in place of the one before. */
export function addVersion(turn) {
  const version = {
    variant: turn.versions.length,
    id: undefined,
    text: "",
    state: "waiting", // → streaming → done | stopped | failed
    edited: false,
    rating: 0,
  };
  turn.versions.push(version);
  turn.shown = version.variant;
  return version;
}

export const shownVersion = (turn) => turn.versions[turn.shown];

/** The conversation as the model gets it, up to and with the prompt of `turn`. */
export function messagesUpTo(conversation, turn) {
  const messages = [];
  for (const earlier of conversation.turns.slice(0, turn.index)) {
    messages.push({ role: "user", content: earlier.prompt });
    const answer = shownVersion(earlier);
    if (answer?.text) messages.push({ role: "assistant", content: answer.text });
  }
  messages.push({ role: "user", content: turn.prompt });
  return messages;
}

/** The output on screen in the last turn that has one. */
export function lastOutputId(conversation) {
  return conversation.turns.map((turn) => shownVersion(turn)?.id).findLast(Boolean);
}
