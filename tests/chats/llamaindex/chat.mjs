// llamaindex's chat section: utility classes only, no role, id or label.

const message = (answer) => answer.locator("xpath=ancestor::div[contains(concat(' ', @class, ' '), ' group ')][1]");

export default {
  title: "llamaindex chat-ui",
  of: ["@llamaindex/chat-ui"],
  composer: (page) => page.locator("form textarea[name=input]"),
  answers: (page) => page.locator("div.group:has(svg.lucide-bot) .prose, div.group:has(svg.lucide-bot) .custom-markdown"),
  paragraph: (answer) => answer.locator("xpath=./div").first(),
  controls: {
    copy: (_, answer) => message(answer).getByTitle("Copy", { exact: true }),
    code: (_, answer) => answer.getByRole("button", { name: "Copy code" }),
    regenerate: (_, answer) => message(answer).getByTitle("Regenerate"),
  },
  delaysEcho: true,
  everyDay: true,
};
