// assistant-ui: a Thread of primitives in the style of its documentation.

const named = (name) => (_, answer) => message(answer).getByRole("button", { name, exact: true }).last();
const message = (answer) => answer.locator("xpath=ancestor-or-self::*[@data-role='assistant']");

export default {
  title: "assistant-ui (primitives)",
  of: ["@assistant-ui/react", "@assistant-ui/react-markdown"],
  composer: (page) => page.getByRole("textbox", { name: "Message input" }),
  answers: (page) => page.locator("[data-role=assistant] .answer"),
  controls: {
    copy: named("Copy"),
    code: (_, answer) => answer.getByRole("button", { name: "Copy" }),
    regenerate: named("Refresh"),
    previous: named("Previous"),
    next: named("Next"),
    up: named("Good response"),
    down: named("Bad response"),
    stop: (page) => page.getByRole("button", { name: "Stop generating" }),
  },
  amend: {
    async open(page) {
      const turn = page.locator("[data-role=user]").last();
      await turn.hover();
      await turn.getByRole("button", { name: "Edit", exact: true }).click();
    },
    field: (page) => page.locator(".edit textarea:not([aria-hidden])"),
    save: (page) => page.getByRole("button", { name: "Update", exact: true }),
  },
  conversations: {
    fresh: (page) => page.getByRole("button", { name: "New Thread" }).click(),
    back: (page) => page.locator(".thread-item button").last().click(),
  },
  everyDay: true,
};
