// CopilotKit's chat of the first generation.

const message = (answer) => answer.locator("xpath=ancestor-or-self::*[contains(@class, 'copilotKitAssistantMessage')]");
const named = (name) => (_, answer) => message(answer).getByRole("button", { name, exact: true }).last();

export default {
  title: "CopilotKit v1",
  of: ["@copilotkit/react-ui", "@copilotkit/react-core"],
  composer: (page) => page.getByTestId("copilot-chat-textarea"),
  answers: (page) => page.locator(".copilotKitAssistantMessage .copilotKitMarkdown"),
  paragraph: (answer) => answer.locator(".copilotKitParagraph").first(),
  controls: {
    copy: named("Copy to clipboard"),
    // The second of two that have no name.
    code: (_, answer) => answer.locator(".copilotKitCodeBlockToolbarButton").nth(1),
    regenerate: named("Regenerate response"),
    up: named("Thumbs up"),
    down: named("Thumbs down"),
    stop: (page) => page.getByRole("button", { name: "Stop" }),
  },
};
