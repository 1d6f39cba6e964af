// Gradio's ChatInterface, as Python starts it.

import { join } from "node:path";
import { program } from "../harness/program.mjs";

/** The buttons stand beside the last answer, not in it. */
const named = (name) => (page) => page.locator(".bot.message-buttons, .message-buttons").last().getByRole("button", { name, exact: true });

export default {
  title: "Gradio",
  of: ["gradio"],
  unseen: true,
  prepare: program("gradio", "/config", ({ port, folder, model }) => ({
    command: ["python", join(import.meta.dirname, "app.py")],
    env: { PORT: String(port), FLAGS: folder, MODEL_URL: `${model}model`, GRADIO_ANALYTICS_ENABLED: "False", GRADIO_TEMP_DIR: folder },
  })),
  composer: (page) => page.getByTestId("textbox"),
  answers: (page) => page.getByTestId("bot").locator(".message-content .prose"),
  controls: {
    copy: named("Copy message"),
    code: (_, answer) => answer.locator("button.copy_code_button"),
    regenerate: named("Retry"),
    up: named("Like"),
    down: named("Dislike"),
    stop: (page) => page.locator("button.stop-button"),
  },
};
