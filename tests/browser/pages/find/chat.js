// What the chats of this folder share: a composer, answers that come word by
// word, and nothing about how any of it is drawn.

const ANSWERS = [
  "Short waves scatter far more than long ones, so the light that reaches us from all around is blue.",
  "A hash map finds an entry in constant time on average, at the price of some memory and of any order.",
  "Water boils sooner on a mountain, because there is less air above it to hold the molecules back.",
  "The moon keeps one face turned to us, since its day has become as long as its month.",
  "Bread rises when yeast eats sugar and breathes out gas, which the dough is too tough to let go.",
];

const query = new URLSearchParams(location.search);
const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let asked = 0;

/** `h("p", { class: "x" }, "text", child)` */
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Gives `put` the text word by word. */
async function stream(text, put, { firstMs = 200, wordMs = 60 } = {}) {
  await delay(firstMs);
  const words = text.split(/(?<=\s)/);
  for (let n = 1; n <= words.length; n++) {
    put(words.slice(0, n).join(""), words[n - 1]);
    await delay(wordMs);
  }
}

/** A form with a field; `send(prompt, answer)` when something is sent. */
function composer(send, field = h("textarea", { id: "box" })) {
  const isField = "value" in field;
  const submit = () => {
    const text = isField ? field.value : field.textContent;
    if (!text.trim()) return;
    if (isField) field.value = "";
    else field.replaceChildren();
    send(text, ANSWERS[asked++ % ANSWERS.length]);
  };
  const form = h("form", { onsubmit: (event) => (event.preventDefault(), submit()) }, field, h("button", {}, "Send"));
  field.onkeydown = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  };
  return form;
}
