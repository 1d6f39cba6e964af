// A chat of Ant Design X's bubbles, actions and sender, in the style of its documentation.

import { useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { SyncOutlined } from "@ant-design/icons";
import { Actions, Bubble, CodeHighlighter, Sender } from "@ant-design/x";
import XMarkdown from "@ant-design/x-markdown";
import { answer } from "model";

/** How long the page takes to show what a person said. */
const ECHO_MS = Number(new URLSearchParams(location.search).get("echo") ?? 0);

function Code({ className, children }) {
  const lang = className?.match(/language-(\w+)/)?.[1];
  return lang ? <CodeHighlighter lang={lang}>{String(children)}</CodeHighlighter> : <code>{children}</code>;
}

function Buttons({ message, onRetry }) {
  const [vote, setVote] = useState("default");
  const items = [
    { key: "retry", icon: <SyncOutlined />, label: "Retry", onItemClick: onRetry },
    { key: "copy", actionRender: <Actions.Copy text={message.content} /> },
    { key: "feedback", actionRender: <Actions.Feedback value={vote} onChange={setVote} /> },
  ];
  return <Actions items={items} />;
}

function Chat() {
  const [messages, setMessages] = useState([]);
  const [draft, setDraft] = useState("");
  const [isRequesting, setIsRequesting] = useState(false);
  const request = useRef();

  async function run(before) {
    const key = crypto.randomUUID();
    const put = (status, content) => setMessages([...before, { key, role: "assistant", status, content }]);
    let content = "";
    request.current = new AbortController();
    setIsRequesting(true);
    put("loading", content);
    try {
      for await (content of answer([{ role: "user", content: before.at(-1).content }], request.current.signal)) put("updating", content);
      put("success", content);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
      put("abort", content);
    }
    setIsRequesting(false);
  }

  async function submit(content) {
    setDraft("");
    if (ECHO_MS) await new Promise((resolve) => setTimeout(resolve, ECHO_MS));
    await run([...messages, { key: crypto.randomUUID(), role: "user", content }]);
  }

  function retry(key) {
    run(messages.slice(0, messages.findIndex((message) => message.key === key)));
  }

  const role = {
    user: { placement: "end" },
    assistant: (message) => ({
      placement: "start",
      loading: message.status === "loading",
      contentRender: (content) => <XMarkdown content={content} components={{ code: Code }} />,
      footer: message.status === "success" && <Buttons message={message} onRetry={() => retry(message.key)} />,
    }),
  };
  return (
    <main style={{ display: "flex", flexDirection: "column", gap: 12, width: 760, height: "95vh" }}>
      <Bubble.List role={role} items={messages} style={{ flex: 1, minHeight: 0 }} />
      <Sender value={draft} onChange={setDraft} loading={isRequesting} onSubmit={submit} onCancel={() => request.current.abort()} />
    </main>
  );
}

createRoot(document.querySelector("#root")).render(<Chat />);
