// nlux: its own incremental Markdown; the one control is a copy button on code that
// copies nothing, as it looks for the code behind itself.

/** Nothing was copied, so nothing may be told. */
async function pressDeadCopy(person) {
  await person.chat.answers(person.page).getByRole("button", { name: "Copy code block to clipboard" }).last().click();
  await person.read();
}

export default {
  title: "nlux",
  of: ["@nlux/react"],
  unseen: true,
  composer: (page) => page.locator(".nlux-comp-composer textarea"),
  answers: (page) => page.locator(".nlux-comp-chatItem--received .nlux-markdown-container"),
  everyDay: true,
  controls: {},
  more: [pressDeadCopy],
};
