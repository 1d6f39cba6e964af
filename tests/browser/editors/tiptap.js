import { Editor } from "@tiptap/core";
import StarterKit from "@tiptap/starter-kit";
import { html } from "./answer.js";
import { button, chat } from "./chat.js";

chat((place, markdown) => {
  const editor = new Editor({ element: place, extensions: [StarterKit], content: html(markdown), autofocus: true });
  place.append(button("Undo", () => editor.chain().focus().undo().run()));
  return {
    value: () => editor.getText({ blockSeparator: "\n\n" }),
    insert: (markdown) => editor.chain().insertContentAt(editor.state.doc.content.size, html(markdown)).focus("end").run(),
    close: () => editor.destroy(),
  };
});
