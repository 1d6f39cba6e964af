// chatscope: a messenger for people; its elements are used again by another conversation.

export default {
  title: "chatscope",
  of: ["@chatscope/chat-ui-kit-react"],
  composer: (page) => page.locator(".cs-message-input__content-editor"),
  answers: (page) => page.locator(".cs-message--incoming .cs-message__html-content"),
  controls: {},
  conversations: {
    fresh: (page) => page.getByRole("button", { name: "New conversation" }).click(),
    back: (page) => page.locator(".cs-conversation").first().click(),
  },
  delaysEcho: true,
  everyDay: true,
};
