// A chat in Vue of the components that Element Plus X has for one.

import { createApp, h, reactive } from "vue";
import { BubbleList, Sender, XMarkdown } from "vue-element-plus-x";
import "element-plus/dist/index.css";
import { answer } from "model";

/** How long the page takes to show what a person said. */
const ECHO_MS = Number(new URLSearchParams(location.search).get("echo") ?? 0);

const chat = reactive({ messages: [], draft: "", loading: false });
let request;

async function submit() {
  const content = chat.draft.trim();
  if (!content) return;
  chat.draft = "";
  chat.loading = true;
  request = new AbortController();
  if (ECHO_MS) await new Promise((resolve) => setTimeout(resolve, ECHO_MS));
  add({ content, role: "user", placement: "end" });
  const message = add({ content: "", role: "assistant", placement: "start" });
  try {
    for await (const text of answer([{ role: "user", content }], request.signal)) message.content = text;
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
  chat.loading = false;
}

function add(message) {
  chat.messages.push({ key: chat.messages.length, ...message });
  return chat.messages.at(-1);
}

const bubble = {
  content: ({ item }) => (item.role === "user" ? item.content : h(XMarkdown, { markdown: item.content })),
  footer: ({ item }) => item.role === "assistant" && !(chat.loading && item === chat.messages.at(-1)) && copyButton(item),
};

function copyButton({ content }) {
  return h("button", { type: "button", title: "Copy", onClick: () => navigator.clipboard.writeText(content) }, h("i", { class: "icon-copy" }));
}

createApp({
  render: () =>
    h("main", { style: "display: flex; flex-direction: column; justify-content: space-between; gap: 1rem; height: 95vh; width: 48rem" }, [
      h(BubbleList, { list: chat.messages, maxHeight: "75vh" }, bubble),
      h(Sender, {
        modelValue: chat.draft,
        "onUpdate:modelValue": (draft) => (chat.draft = draft),
        loading: chat.loading,
        onSubmit: submit,
        onCancel: () => request.abort(),
      }),
    ]),
}).mount("#root");
