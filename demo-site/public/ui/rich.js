// A rich text editor over Markdown: Quill shows it as it will look, and gives Markdown back.

import DOMPurify from "/vendor/dompurify.js";
import { Marked } from "/vendor/marked.js";
import TurndownService from "/vendor/turndown.js";

const marked = new Marked({ gfm: true });
const turndown = new TurndownService({ headingStyle: "atx", codeBlockStyle: "fenced", bulletListMarker: "-" });

let quill;

/** Loads Quill once; it is a classic script. */
function loadQuill() {
  quill ??= new Promise((resolve, reject) => {
    const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: "/vendor/quill.css" });
    const script = Object.assign(document.createElement("script"), { src: "/vendor/quill.js" });
    script.addEventListener("load", () => resolve(window.Quill));
    script.addEventListener("error", () => reject(new Error("the editor could not be loaded")));
    document.head.append(style, script);
  });
  return quill;
}

/** An editor in `element`. */
export async function richEditor(element, { label, placeholder = "" }) {
  const Quill = await loadQuill();
  const editor = new Quill(element, { placeholder, modules: { toolbar: false } });
  editor.root.setAttribute("aria-label", label);
  editor.root.setAttribute("role", "textbox");
  editor.root.setAttribute("aria-multiline", "true");
  const deltaOf = (markdown) => editor.clipboard.convert({ html: DOMPurify.sanitize(marked.parse(markdown)) });
  return {
    root: editor.root,
    get text() {
      return editor.getText();
    },
    get markdown() {
      return turndown.turndown(editor.getSemanticHTML().replaceAll("&nbsp;", " "));
    },
    set markdown(text) {
      editor.setContents(deltaOf(text));
    },
    append(markdown) {
      const end = editor.getLength() - 1;
      const added = deltaOf(end > 0 ? `\n\n${markdown}` : markdown);
      editor.updateContents([...(end > 0 ? [{ retain: end }, { insert: "\n" }] : []), ...added.ops]);
    },
    changed: (listener) => editor.on("text-change", listener),
    focus: () => editor.focus({ preventScroll: true }),
  };
}
