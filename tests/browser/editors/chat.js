// A chat as an app would write it: its answer is taken away while it is edited,
// and comes back changed or as it was. `open` of an editor gets the place to put
// itself into and the answer's Markdown; it answers with how to read and end it.

import { html, markdown } from "./answer.js";

const query = new URLSearchParams(location.search);

/** How the app ends an edit: `remove` the editor from the page, or `hide` it and keep it for the next. */
const ending = query.get("ending") ?? "remove";

export function chat(open, answers = [query.get("answer") ?? markdown]) {
  const main = document.querySelector("main");
  for (const [number, answer] of answers.entries()) main.append(turn(open, answer, number + 1));
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
