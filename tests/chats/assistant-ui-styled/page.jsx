// The Thread that comes with its own styles, with feedback.

import { AssistantRuntimeProvider, useLocalRuntime } from "@assistant-ui/react";
import { makeMarkdownText, Thread } from "@assistant-ui/react-ui";
import "@assistant-ui/react-ui/styles/index.css";
import "@assistant-ui/react-ui/styles/markdown.css";
import { createRoot } from "react-dom/client";
import remarkGfm from "remark-gfm";
import { answer } from "model";

const Text = makeMarkdownText({ remarkPlugins: [remarkGfm] });

const backend = {
  async *run({ messages, abortSignal }) {
    for await (const text of answer(messages, abortSignal)) yield { content: [{ type: "text", text }] };
  },
};
const feedback = { submit() {} };

function App() {
  const runtime = useLocalRuntime(backend, { adapters: { feedback } });
  return (
    <AssistantRuntimeProvider runtime={runtime}>
      <Thread assistantMessage={{ components: { Text } }} />
    </AssistantRuntimeProvider>
  );
}

createRoot(document.getElementById("root")).render(<App />);
