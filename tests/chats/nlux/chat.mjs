// nlux: its own incremental Markdown; a copy button on code and no other control.

export default {
  title: "nlux",
  of: ["@nlux/react"],
  unseen: true,
  composer: (page) => page.locator(".nlux-comp-composer textarea"),
  answers: (page) => page.locator(".nlux-comp-chatItem--received .nlux-markdown-container"),
  controls: {
    code: (_, answer) => answer.getByRole("button", { name: "Copy code block to clipboard" }),
  },
};
