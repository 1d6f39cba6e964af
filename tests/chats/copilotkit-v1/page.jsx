// CopilotKit's chat of the first generation, with feedback.

import { CopilotKit } from "@copilotkit/react-core";
import { CopilotChat } from "@copilotkit/react-ui";
import "@copilotkit/react-ui/styles.css";
import { createRoot } from "react-dom/client";
import { Agent } from "./agent.js";

const agents = { default: new Agent() };

function App() {
  return (
    <CopilotKit runtimeUrl="/copilotkit" selfManagedAgents={agents} showDevConsole={false} enableInspector={false}>
      <CopilotChat labels={{ title: "Assistant", initial: "Hi! How can I help you today?" }} onThumbsUp={() => {}} onThumbsDown={() => {}} />
    </CopilotKit>
  );
}

createRoot(document.getElementById("root")).render(<App />);
