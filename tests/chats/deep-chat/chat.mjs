// deep-chat: a web component with an open shadow root and hardly any controls.

const submit = (page) => page.locator("deep-chat .input-button[role=button]");

export default {
  title: "deep-chat",
  of: ["deep-chat"],
  entry: "page.js",
  composer: (page) => page.locator("deep-chat").getByRole("textbox"),
  // The greeting is no answer.
  answers: (page) => page.locator("deep-chat .outer-message-container:not(.deep-chat-intro) .ai-message"),
  everyDay: true,
  controls: {
    // The same button submits and stops.
    stop: submit,
  },
};
