// A messenger of chatscope's parts: a list of conversations beside the one that is open.

import {
  ChatContainer,
  Conversation,
  ConversationHeader,
  ConversationList,
  MainContainer,
  Message,
  MessageInput,
  MessageList,
  Sidebar,
  TypingIndicator,
} from "@chatscope/chat-ui-kit-react";
import "@chatscope/chat-ui-kit-styles/dist/default/styles.min.css";
import { marked } from "marked";
import { useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { answer, taken } from "model";

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("\n", "<br>");

function App() {
  const [conversations, setConversations] = useState([{ title: "New conversation", messages: [] }]);
  const [open, setOpen] = useState(0);
  const [waiting, setWaiting] = useState(false);
  const latest = useRef(conversations);

  const change = (n, edit) => {
    latest.current = latest.current.map((conversation, i) => (i === n ? edit(conversation) : conversation));
    setConversations(latest.current);
  };
  const put = (n, at, message) => change(n, (conversation) => ({ ...conversation, messages: [...conversation.messages.slice(0, at), message] }));

  const send = async (_, text) => {
    const n = open;
    // The title is there first, as in many messengers.
    if (latest.current[n].messages.length === 0) change(n, (conversation) => ({ ...conversation, title: text }));
    await taken();
    put(n, latest.current[n].messages.length, { direction: "outgoing", sender: "You", message: escaped(text) });
    setWaiting(true);
    const at = latest.current[n].messages.length;
    for await (const said of answer(latest.current[n].messages)) {
      setWaiting(false);
      put(n, at, { direction: "incoming", sender: "Assistant", message: marked.parse(said) });
    }
  };
  const add = () => {
    latest.current = [...latest.current, { title: "New conversation", messages: [] }];
    setConversations(latest.current);
    setOpen(latest.current.length - 1);
  };

  return (
    <MainContainer>
      <Sidebar position="left">
        <button type="button" onClick={add}>
          New conversation
        </button>
        <ConversationList>
          {conversations.map(({ title }, n) => (
            <Conversation key={n} name={title} active={n === open} onClick={() => setOpen(n)} />
          ))}
        </ConversationList>
      </Sidebar>
      <ChatContainer>
        <ConversationHeader>
          <ConversationHeader.Content userName={conversations[open].title} />
        </ConversationHeader>
        <MessageList typingIndicator={waiting ? <TypingIndicator content="Assistant is typing" /> : undefined}>
          {conversations[open].messages.map((model, n) => (
            <Message key={n} model={{ ...model, position: "single" }} />
          ))}
        </MessageList>
        <MessageInput placeholder="Type message here" onSend={(html, text) => send(html, text)} attachButton={false} />
      </ChatContainer>
    </MainContainer>
  );
}

createRoot(document.getElementById("root")).render(<App />);
