// Streamlit: the whole page is drawn again by a script when something was asked.

import { join } from "node:path";
import { program } from "../harness/program.mjs";

const message = (answer) => answer.locator("xpath=ancestor::*[@data-testid='stChatMessage']");
const thumb = (name) => (_, answer) => message(answer).getByTestId("stFeedback").getByRole("radio", { name });

export default {
  title: "Streamlit",
  of: ["streamlit"],
  unseen: true,
  prepare: program("streamlit", "/_stcore/health", ({ port, folder, model }) => ({
    command: ["streamlit", "run", join(import.meta.dirname, "app.py"), "--server.headless=true", "--server.address=127.0.0.1", `--server.port=${port}`, "--browser.gatherUsageStats=false"],
    env: { HOME: folder, MODEL_URL: `${model}model` },
  })),
  composer: (page) => page.getByTestId("stChatInputTextArea"),
  answers: (page) => page.getByTestId("stChatMessage").filter({ has: page.getByTestId("stChatMessageAvatarAssistant") }).getByTestId("stMarkdownContainer"),
  controls: {
    up: thumb("Thumbs up"),
    down: thumb("Thumbs down"),
  },
};
