// nlux with a model behind it, in its own theme.

import { createRoot } from "react-dom/client";
import { AiChat } from "@nlux/react";
import "@nlux/themes/nova.css";
import { answer } from "model";

const adapter = {
  async streamText(prompt, observer) {
    let told = "";
    for await (const text of answer([{ role: "user", content: prompt }])) {
      observer.next(text.slice(told.length));
      told = text;
    }
    // Without it the last character stays in the parser.
    observer.next("\n");
    observer.complete();
  },
};

const personas = { assistant: { name: "Helper", avatar: "/none.svg", tagline: "What is it about?" }, user: { name: "You", avatar: "/none.svg" } };

createRoot(document.querySelector("#root")).render(<AiChat adapter={adapter} personaOptions={personas} />);
