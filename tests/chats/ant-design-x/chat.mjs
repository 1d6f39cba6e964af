// Ant Design X: icons with a click handler for controls; what they do is said on hover only.

const bubble = (answer) => answer.locator("xpath=ancestor::*[contains(concat(' ', @class, ' '), ' ant-bubble ')]");
const icon = (name) => (_, answer) => bubble(answer).locator(`.ant-bubble-footer [aria-label=${name}]`);

export default {
  title: "Ant Design X",
  of: ["@ant-design/x", "@ant-design/x-markdown"],
  unseen: true,
  misses: {
    "rate: up": "a span with an icon is no control, and changes nothing but its colour",
    "rate: down": "the same",
  },
  delaysEcho: true,
  composer: (page) => page.locator(".ant-sender textarea"),
  answers: (page) => page.locator(".ant-bubble-start .x-markdown"),
  controls: {
    copy: (_, answer) => bubble(answer).locator(".ant-bubble-footer").getByRole("button", { name: "Copy" }),
    code: (_, answer) => answer.getByRole("button", { name: "Copy" }),
    regenerate: icon("sync"),
    up: icon("like"),
    down: icon("dislike"),
    stop: (page) => page.locator(".ant-sender button.ant-sender-actions-btn, .ant-sender button").last(),
  },
};
