// Chainlit, as its command starts it: icons without names, tooltips on hover,
// a footer that is drawn again with every word.

import { join } from "node:path";
import { program } from "../harness/program.mjs";

const step = (answer) => answer.locator("xpath=ancestor::*[@data-step-type='assistant_message']");

export default {
  title: "Chainlit",
  of: ["chainlit"],
  prepare: program("chainlit", "/project/settings?language=en-US", ({ port, folder, model }) => ({
    command: ["chainlit", "run", join(import.meta.dirname, "app.py"), "--headless", "--host", "127.0.0.1", "--port", String(port)],
    env: { CHAINLIT_APP_ROOT: folder, MODEL_URL: `${model}model`, DO_NOT_TRACK: "1" },
  })),
  composer: (page) => page.locator("#chat-input"),
  // That it was stopped it says in a message of its own.
  answers: (page) => page.locator("[data-step-type=assistant_message] .message-content .prose").filter({ hasNotText: "Task manually stopped." }),
  paragraph: (answer) => answer.locator("[role=article]").first(),
  controls: {
    copy: (_, answer) => step(answer).locator("button:has(.lucide-copy)").last(),
    code: (_, answer) => answer.locator("button:has(.lucide-copy)").last(),
    stop: (page) => page.locator("#stop-button"),
  },
  conversations: {
    async fresh(page) {
      await page.locator("#new-chat-button").click();
      await page.getByRole("button", { name: "Confirm" }).click();
    },
  },
};
