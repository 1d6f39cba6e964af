import { EditorView, basicSetup } from "codemirror";
import { markdown as language } from "@codemirror/lang-markdown";
import { chat } from "./chat.js";

chat((place, markdown) => {
  const view = new EditorView({ doc: markdown, extensions: [basicSetup, language()], parent: place });
  view.focus();
  return { value: () => view.state.doc.toString(), close: () => view.destroy() };
});
