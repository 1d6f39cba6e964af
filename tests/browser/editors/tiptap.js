import { Editor } from "@tiptap/core";
import StarterKit from "@tiptap/starter-kit";
import { html } from "./answer.js";
import { chat } from "./chat.js";

chat((place, markdown) => {
  const editor = new Editor({ element: place, extensions: [StarterKit], content: html(markdown), autofocus: true });
  return { value: () => editor.getText({ blockSeparator: "\n\n" }), close: () => editor.destroy() };
});
