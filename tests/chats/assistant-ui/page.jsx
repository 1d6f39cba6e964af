// A Thread and a list of threads, put together from the primitives as the
// package's documentation does.

import {
  ActionBarPrimitive,
  AssistantRuntimeProvider,
  BranchPickerPrimitive,
  ComposerPrimitive,
  MessagePrimitive,
  ThreadListItemPrimitive,
  ThreadListPrimitive,
  ThreadPrimitive,
  useLocalRuntime,
} from "@assistant-ui/react";
import { MarkdownTextPrimitive, unstable_memoizeMarkdownComponents } from "@assistant-ui/react-markdown";
import { ArrowUpIcon, CheckIcon, ChevronLeftIcon, ChevronRightIcon, CopyIcon, PencilIcon, PlusIcon, RefreshCwIcon, SquareIcon, ThumbsDownIcon, ThumbsUpIcon } from "lucide-react";
import { forwardRef, useState } from "react";
import { createRoot } from "react-dom/client";
import remarkGfm from "remark-gfm";
import { answer } from "model";
import "./page.css";

const backend = {
  async *run({ messages, abortSignal }) {
    for await (const text of answer(messages, abortSignal)) yield { content: [{ type: "text", text }] };
  },
};
const feedback = { submit() {} };

const IconButton = forwardRef(({ tooltip, children, ...rest }, ref) => (
  <button type="button" {...rest} ref={ref}>
    {children}
    <span className="sr-only">{tooltip}</span>
  </button>
));

function CodeHeader({ language, code }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(code);
    setCopied(true);
    setTimeout(() => setCopied(false), 3000);
  };
  return (
    <div className="code-header">
      <span>{language}</span>
      <IconButton tooltip="Copy" onClick={copy}>
        {copied ? <CheckIcon /> : <CopyIcon />}
      </IconButton>
    </div>
  );
}

const components = unstable_memoizeMarkdownComponents({ CodeHeader });
const MarkdownText = () => <MarkdownTextPrimitive remarkPlugins={[remarkGfm]} components={components} />;

function UserMessage() {
  return (
    <MessagePrimitive.Root className="user" data-role="user">
      <div className="bubble">
        <MessagePrimitive.Parts />
      </div>
      <ActionBarPrimitive.Root hideWhenRunning>
        <ActionBarPrimitive.Edit asChild>
          <IconButton tooltip="Edit">
            <PencilIcon />
          </IconButton>
        </ActionBarPrimitive.Edit>
      </ActionBarPrimitive.Root>
      <Branches />
    </MessagePrimitive.Root>
  );
}

function EditComposer() {
  return (
    <ComposerPrimitive.Root className="edit">
      <ComposerPrimitive.Input autoFocus />
      <ComposerPrimitive.Cancel asChild>
        <button type="button">Cancel</button>
      </ComposerPrimitive.Cancel>
      <ComposerPrimitive.Send asChild>
        <button type="button">Update</button>
      </ComposerPrimitive.Send>
    </ComposerPrimitive.Root>
  );
}

function AssistantMessage() {
  return (
    <MessagePrimitive.Root className="assistant" data-role="assistant">
      <div className="answer">
        <MessagePrimitive.Parts components={{ Text: MarkdownText }} />
      </div>
      <div className="footer">
        <Branches />
        <ActionBarPrimitive.Root hideWhenRunning autohide="not-last">
          <ActionBarPrimitive.Copy asChild>
            <IconButton tooltip="Copy">
              <CopyIcon />
            </IconButton>
          </ActionBarPrimitive.Copy>
          <ActionBarPrimitive.Reload asChild>
            <IconButton tooltip="Refresh">
              <RefreshCwIcon />
            </IconButton>
          </ActionBarPrimitive.Reload>
          <ActionBarPrimitive.FeedbackPositive asChild>
            <IconButton tooltip="Good response">
              <ThumbsUpIcon />
            </IconButton>
          </ActionBarPrimitive.FeedbackPositive>
          <ActionBarPrimitive.FeedbackNegative asChild>
            <IconButton tooltip="Bad response">
              <ThumbsDownIcon />
            </IconButton>
          </ActionBarPrimitive.FeedbackNegative>
        </ActionBarPrimitive.Root>
      </div>
    </MessagePrimitive.Root>
  );
}

function Branches() {
  return (
    <BranchPickerPrimitive.Root hideWhenSingleBranch>
      <BranchPickerPrimitive.Previous asChild>
        <IconButton tooltip="Previous">
          <ChevronLeftIcon />
        </IconButton>
      </BranchPickerPrimitive.Previous>
      <BranchPickerPrimitive.Number /> / <BranchPickerPrimitive.Count />
      <BranchPickerPrimitive.Next asChild>
        <IconButton tooltip="Next">
          <ChevronRightIcon />
        </IconButton>
      </BranchPickerPrimitive.Next>
    </BranchPickerPrimitive.Root>
  );
}

function Composer() {
  return (
    <ComposerPrimitive.Root className="composer">
      <ComposerPrimitive.Input placeholder="Send a message..." rows={1} autoFocus aria-label="Message input" />
      <ThreadPrimitive.If running={false}>
        <ComposerPrimitive.Send asChild>
          <IconButton tooltip="Send message">
            <ArrowUpIcon />
          </IconButton>
        </ComposerPrimitive.Send>
      </ThreadPrimitive.If>
      <ThreadPrimitive.If running>
        <ComposerPrimitive.Cancel asChild>
          <IconButton tooltip="Stop generating">
            <SquareIcon />
          </IconButton>
        </ComposerPrimitive.Cancel>
      </ThreadPrimitive.If>
    </ComposerPrimitive.Root>
  );
}

function ThreadListItem() {
  return (
    <ThreadListItemPrimitive.Root className="thread-item">
      <ThreadListItemPrimitive.Trigger>
        <ThreadListItemPrimitive.Title fallback="New Chat" />
      </ThreadListItemPrimitive.Trigger>
    </ThreadListItemPrimitive.Root>
  );
}

function App() {
  const runtime = useLocalRuntime(backend, { adapters: { feedback } });
  return (
    <AssistantRuntimeProvider runtime={runtime}>
      <ThreadListPrimitive.Root className="threads">
        <ThreadListPrimitive.New asChild>
          <button type="button">
            <PlusIcon /> New Thread
          </button>
        </ThreadListPrimitive.New>
        <ThreadListPrimitive.Items components={{ ThreadListItem }} />
      </ThreadListPrimitive.Root>
      <ThreadPrimitive.Root className="thread">
        <ThreadPrimitive.Viewport className="viewport">
          <ThreadPrimitive.Empty>
            <p>How can I help you today?</p>
          </ThreadPrimitive.Empty>
          <ThreadPrimitive.Messages components={{ UserMessage, EditComposer, AssistantMessage }} />
        </ThreadPrimitive.Viewport>
        <Composer />
      </ThreadPrimitive.Root>
    </AssistantRuntimeProvider>
  );
}

createRoot(document.getElementById("root")).render(<App />);
