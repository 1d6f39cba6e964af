// A chat as an app would write it: its answer is taken away while it is edited,
// and comes back changed or as it was. `open` of an editor gets the place to put
// itself into and the answer's Markdown; it answers with how to read and end it.

import { html, lines, markdown } from "./answer.js";

const query = new URLSearchParams(location.search);

/**
 * How the app ends an edit: `remove` the editor from the page, or `hide` it and
 * keep it for the next; with `inplace` the answer itself becomes the editor.
 */
const ending = query.get("ending") ?? "remove";

/** Three answers that are much alike, so that it takes care to see which one is in an editor; or a long one. */
const answers = query.has("lines")
  ? [lines(Number(query.get("lines")))]
  : ["blue", "grey", "pink"].map((colour) => (query.get("answer") ?? markdown).replace("blue", colour));

export function chat(open) {
  const main = document.querySelector("main");
  const draw = query.has("document") ? beside(open) : ending === "inplace" ? inPlace : turn;
  for (const [number, answer] of answers.entries()) main.append(draw(open, answer, number + 1));
}

/** A document beside the chat, which the answers can be put into. */
function beside(open) {
  const place = element("div", { className: "place" });
  document.body.append(place);
  const editor = open(place, query.get("document"));
  return (_, answer, number) => {
    const output = element("div", { "data-ai-output": `o-${number}`, innerHTML: html(answer) });
    return element("article", {}, output, button("Insert", () => editor.insert(answer)));
  };
}

/** The answer is made editable where it stands. */
function inPlace(_, answer, number) {
  const output = element("div", { "data-ai-output": `o-${number}`, innerHTML: html(answer) });
  const bar = element("div");
  const show = () => {
    output.contentEditable = "false";
    bar.replaceChildren(button("Edit", edit));
  };
  const edit = () => {
    const before = output.innerHTML;
    output.contentEditable = "true";
    output.focus();
    const cancel = () => {
      output.innerHTML = before;
      show();
    };
    bar.replaceChildren(button("Save", show), button(query.get("cancel") ?? "Cancel", cancel));
  };
  show();
  return element("article", {}, output, bar);
}

function turn(open, answer, number) {
  const article = element("article");
  const output = element("div", { "data-ai-output": `o-${number}` });
  const place = element("div", { className: "place" });
  const bar = element("div");
  let editor = null;

  const show = () => {
    output.innerHTML = html(answer);
    place.hidden = true;
    if (ending === "remove") {
      editor?.close();
      editor = null;
      place.replaceChildren();
      article.replaceChildren(output, bar);
    } else {
      output.hidden = false;
    }
    bar.replaceChildren(button("Edit", edit));
  };
  const edit = () => {
    if (ending === "remove") article.replaceChildren(place, bar);
    else article.replaceChildren(output, place, bar);
    output.hidden = ending === "hide";
    place.hidden = false;
    bar.replaceChildren(button("Save", save), button(query.get("cancel") ?? "Cancel", show));
    if (editor?.reuse) editor.reuse(answer);
    else editor = open(place, answer, { save, cancel: show });
  };
  const save = () => {
    answer = editor.value();
    show();
  };

  article.append(output, place, bar);
  place.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") show();
  });
  show();
  return article;
}

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

export function button(name, onclick) {
  return element("button", { type: "button", onclick }, name);
}
