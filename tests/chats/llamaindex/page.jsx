// llamaindex's chat section with everything at its default, and the handler
// that its documentation asks for.

import { ChatSection } from "@llamaindex/chat-ui";
import "@llamaindex/chat-ui/styles/markdown.css";
import { useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { answer, taken } from "model";
import "./page.css";

const message = (role, text, id = crypto.randomUUID()) => ({ id, role, parts: [{ type: "text", text }] });

function useHandler() {
  const [messages, setMessages] = useState([]);
  const [status, setStatus] = useState("ready");
  const running = useRef(null);

  const reply = async (history) => {
    const id = crypto.randomUUID();
    running.current = new AbortController();
    setStatus("submitted");
    try {
      for await (const text of answer(history, running.current.signal)) {
        setStatus("streaming");
        setMessages([...history, message("assistant", text, id)]);
      }
    } finally {
      setStatus("ready");
    }
  };
  return {
    messages,
    status,
    setMessages,
    async sendMessage(sent) {
      setStatus("submitted");
      await taken();
      const history = [...messages, { id: crypto.randomUUID(), ...sent }];
      setMessages(history);
      await reply(history);
    },
    async stop() {
      running.current?.abort();
    },
    async regenerate() {
      const history = messages.slice(0, -1);
      setMessages(history);
      await reply(history);
    },
  };
}

function App() {
  return <ChatSection handler={useHandler()} />;
}

createRoot(document.getElementById("root")).render(<App />);
