// Bot Framework's Web Chat: hidden copies of every message for screen readers.

const named = (name) => (_, answer) => answer.locator("xpath=ancestor::article").getByRole("button", { name, exact: true });

export default {
  title: "Web Chat",
  of: ["botframework-webchat"],
  entry: "page.js",
  delaysEcho: true,
  composer: (page) => page.getByRole("textbox", { name: "Message input box" }),
  answers: (page) => page.locator(".webchat__stacked-layout:not(.webchat__stacked-layout--from-user) .webchat__text-content"),
  controls: {
    up: named("Like"),
    down: named("Dislike"),
  },
};
