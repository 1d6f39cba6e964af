// n8n's chat over a workflow that streams.

import { createChat } from "@n8n/chat/dist/chat.bundle.es.js";
import "@n8n/chat/dist/style.css";

createChat({ webhookUrl: "/n8n", enableStreaming: true, loadPreviousSession: false, mode: "fullscreen", target: "#root" });
