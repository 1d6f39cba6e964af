// n8n's chat: greetings that look like answers; no controls but sending.

export default {
  title: "n8n",
  of: ["@n8n/chat"],
  unseen: true,
  entry: "page.js",
  composer: (page) => page.getByTestId("chat-input").or(page.locator("[data-test-id=chat-input]")),
  answers: (page) => page.locator(".chat-message-from-bot .chat-message-markdown"),
  everyDay: true,
  controls: {},
};
