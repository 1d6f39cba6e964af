// The same chat built in three ways, as chats are: answers in the page, answers in a shadow root,
// and editors that are more than a text area. Another way is another load of the page.

import { byId, h } from "../dom.js";

const INTERFACES = [
  { name: "plain", title: "Plain", about: "Answers in the page, text areas as editors" },
  { name: "shadow", title: "Shadow", about: "Answers in an open shadow root, as web components have them" },
  { name: "rich", title: "Rich", about: "A rich text editor (Quill) for answers and the document" },
];

const asked = new URLSearchParams(location.search).get("ui");
export const current = INTERFACES.find(({ name }) => name === asked)?.name ?? INTERFACES[0].name;

export function startInterfaces() {
  const links = INTERFACES.map(({ name, title, about }) =>
    h("a", { href: `/?ui=${name}`, title: about, "aria-current": name === current && "true" }, title),
  );
  byId("interfaces").append(...links);
}
