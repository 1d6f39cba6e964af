import Quill from "quill";
import { html } from "./answer.js";
import { chat, element } from "./chat.js";

chat((place, markdown) => {
  const region = element("div");
  place.append(region);
  const quill = new Quill(region, { modules: { history: { delay: 300, userOnly: true } } });
  quill.clipboard.dangerouslyPasteHTML(html(markdown));
  quill.focus();
  return { value: () => quill.getText(), close() {} };
});
