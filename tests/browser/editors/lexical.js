import { createEmptyHistoryState, registerHistory } from "@lexical/history";
import { registerRichText } from "@lexical/rich-text";
import { $createParagraphNode, $createTextNode, $getRoot, createEditor } from "lexical";
import { plain } from "./answer.js";
import { chat, element } from "./chat.js";

chat((place, markdown) => {
  const region = element("div", { contentEditable: "true" });
  place.append(region);
  const editor = createEditor({
    onError(error) {
      throw error;
    },
  });
  editor.setRootElement(region);
  const ends = [registerRichText(editor), registerHistory(editor, createEmptyHistoryState(), 300)];
  editor.update(
    () => {
      const lines = plain(markdown).split("\n");
      $getRoot().append(...lines.map((line) => $createParagraphNode().append($createTextNode(line))));
    },
    { discrete: true, tag: "history-merge" },
  );
  editor.focus();
  return {
    value: () => editor.read(() => $getRoot().getTextContent()),
    close() {
      for (const end of ends) end();
      editor.setRootElement(null);
    },
  };
});
