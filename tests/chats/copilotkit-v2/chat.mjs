// CopilotKit's chat of the second generation.

const message = (answer) => answer.locator("xpath=ancestor-or-self::*[@data-testid='copilot-assistant-message']");

export default {
  title: "CopilotKit v2",
  of: ["@copilotkit/react-core"],
  packages: "copilotkit-v1",
  composer: (page) => page.getByTestId("copilot-chat-textarea"),
  answers: (page) => page.getByTestId("copilot-assistant-message"),
  controls: {
    copy: (_, answer) => message(answer).getByTestId("copilot-copy-button"),
    code: (_, answer) => answer.locator("[data-streamdown=code-block-copy-button]"),
    stop: (page) => page.getByTestId("copilot-send-button"),
  },
};
