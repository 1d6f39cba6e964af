// CopilotKit's chat of the second generation, with everything at its default.

import { CopilotChat, CopilotKitProvider } from "@copilotkit/react-core/v2";
import "@copilotkit/react-core/v2/styles.css";
import { createRoot } from "react-dom/client";
import { Agent } from "../copilotkit-v1/agent.js";

const agents = { default: new Agent() };

function App() {
  return (
    <CopilotKitProvider runtimeUrl="/copilotkit" selfManagedAgents={agents} showDevConsole={false}>
      <CopilotChat />
    </CopilotKitProvider>
  );
}

createRoot(document.getElementById("root")).render(<App />);
