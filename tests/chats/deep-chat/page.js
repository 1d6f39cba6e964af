// deep-chat as its documentation puts it on a page: a custom element and where to ask.

import "deep-chat/dist/deepChat.bundle.js";

const chat = document.createElement("deep-chat");
// What is set before the element is defined is lost, so as attributes.
chat.setAttribute("connect", JSON.stringify({ url: "/deep-chat", stream: true }));
chat.setAttribute("demo", "false");
chat.setAttribute("introMessage", JSON.stringify({ text: "Hello, what is it about?" }));
chat.setAttribute("style", "width: 48rem; height: 100vh; border: none");
document.querySelector("#root").append(chat);
