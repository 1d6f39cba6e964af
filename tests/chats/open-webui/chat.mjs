// Open WebUI, as its command starts it, over a model of the OpenAI form. Its
// environment takes 7 GB.

import { program } from "../harness/program.mjs";

const message = (answer) => answer.locator("xpath=ancestor::*[starts-with(@id, 'message-')]");
const named = (name) => (_, answer) => message(answer).getByRole("button", { name, exact: true }).last();

export default {
  title: "Open WebUI",
  of: ["open-webui"],
  prepare: program("open-webui", "/health", ({ port, folder, model }) => ({
    command: ["open-webui", "serve", "--host", "127.0.0.1", "--port", String(port)],
    env: {
      DATA_DIR: folder,
      WEBUI_SECRET_KEY: "none",
      WEBUI_AUTH: "False",
      OFFLINE_MODE: "True",
      HF_HUB_OFFLINE: "1",
      DO_NOT_TRACK: "1",
      ANONYMIZED_TELEMETRY: "False",
      ENABLE_OLLAMA_API: "False",
      OPENAI_API_BASE_URL: `${model}v1`,
      OPENAI_API_KEY: "none",
      // Would load a model of its own.
      RAG_EMBEDDING_ENGINE: "openai",
      // Each would ask the model behind the person's back.
      ENABLE_TITLE_GENERATION: "False",
      ENABLE_TAGS_GENERATION: "False",
      ENABLE_FOLLOW_UP_GENERATION: "False",
      ENABLE_VERSION_UPDATE_CHECK: "False",
    },
  })),
  async ready(page) {
    await page.locator("#chat-input").waitFor();
    // What is new in this version.
    await page.keyboard.press("Escape");
  },
  composer: (page) => page.locator("#chat-input"),
  // It makes a list of lines that look like one, in which Enter begins another item.
  singleLine: true,
  answers: (page) => page.locator("[id^=message-] .chat-assistant"),
  controls: {
    copy: named("Copy"),
    code: (_, answer) => answer.locator(".copy-code-button"),
    regenerate: named("Regenerate"),
    previous: named("Previous message"),
    next: named("Next message"),
    up: named("Good Response"),
    down: named("Bad Response"),
    stop: (page) => page.getByRole("button", { name: "Stop", exact: true }),
  },
  again: (page) => page.getByRole("menu").getByText("Try Again"),
  conversations: {
    fresh: (page) => page.getByRole("button", { name: "New Chat" }).or(page.getByRole("link", { name: "New Chat" })).first().click(),
  },
};
