// Starts the page: makes the parts and connects them.

import { Chat } from "./chat.js";
import { Composer } from "./composer.js";
import { DocumentEditor } from "./document.js";
import { byId } from "./dom.js";
import { Inspector } from "./inspector/inspector.js";
import { Panels } from "./panels.js";
import { Follower } from "./scroll.js";
import { Sidebar } from "./sidebar.js";
import { startSolve } from "./solve.js";
import { startTheme } from "./theme.js";
import { startTour } from "./tour/tour.js";
import { startInterfaces } from "./ui/interfaces.js";
import { startVisitors } from "./visitors.js";

const inspector = new Inspector(byId("inspector-body"), byId("capture-state"));
const panels = new Panels({
  changed: (name, open) => name === "inspector" && inspector.setOpen(open),
});
const editor = new DocumentEditor({ reveal: () => panels.reveal("document") });
const chat = new Chat({
  subject: document.querySelector("meta[name=subject]").content,
  insertText: (markdown) => editor.append(markdown),
});
const composer = new Composer({ send: (text) => chat.send(text), stop: () => chat.stop() });
const sidebar = new Sidebar(chat, {
  opened: () => {
    panels.setSidebar(false);
    composer.focus();
  },
});
const welcome = byId("welcome");
const follower = new Follower(byId("scroller"), byId("jump"));
const refreshSolve = startSolve(chat);

chat.addEventListener("open", showCurrent);
chat.addEventListener("change", refresh);
chat.addEventListener("regenerate", () => composer.focus());
chat.addEventListener("output", ({ detail }) => inspector.addOutput(detail));
chat.addEventListener("sent", () => {
  showCurrent();
  follower.toEnd();
});
byId("scroller").addEventListener("drawn", () => follower.grown());

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
  if (panels.closeOverlay()) return;
  if (chat.streaming) chat.stop();
});

byId("suggestions").addEventListener("click", ({ target }) => {
  const prompt = target.closest("button")?.querySelector("span").textContent;
  if (prompt) chat.send(prompt);
});

function showCurrent() {
  follower.show(chat.current.turns.length === 0 ? welcome : chat.transcript);
  refresh();
}

function refresh() {
  byId("chat-title").textContent = chat.current.title;
  composer.setStreaming(chat.streaming);
  sidebar.update();
  refreshSolve();
}

startTheme();
startInterfaces();
startVisitors();
startTour();
showCurrent();
composer.focus();
