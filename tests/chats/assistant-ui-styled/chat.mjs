// assistant-ui's Thread with its own styles, as it comes.

const named = (name) => (_, answer) => message(answer).getByRole("button", { name, exact: true }).last();
const message = (answer) => answer.locator("xpath=ancestor::*[contains(@class, 'aui-assistant-message-root')]");

export default {
  title: "assistant-ui (styled)",
  of: ["@assistant-ui/react-ui", "@assistant-ui/react"],
  composer: (page) => page.locator("textarea.aui-composer-input"),
  answers: (page) => page.locator(".aui-assistant-message-content"),
  controls: {
    copy: named("Copy"),
    code: (_, answer) => answer.locator(".aui-code-header-root button"),
    regenerate: named("Refresh"),
    previous: named("Previous"),
    next: named("Next"),
    up: named("Good response"),
    down: named("Bad response"),
    stop: (page) => page.locator(".aui-composer-cancel"),
  },
};
