// A chat in a zone of its own, as Angular's apps are: whatever task runs in it
// makes the app look for what changed.

import { say } from "./answers.js";

/** Tasks that ran in the app's zone, by what made them; and whether any are left. */
window.tasks = [];
window.isBusy = false;
window.failures = [];

const app = Zone.current.fork({
  name: "app",
  onInvokeTask(parent, current, target, task, ...rest) {
    if (task.type !== "microTask") window.tasks.push(task.source);
    return parent.invokeTask(target, task, ...rest);
  },
  onHasTask(parent, current, target, state) {
    parent.hasTask(target, state);
    if (current === target && state.change === "macroTask") window.isBusy = state.macroTask;
  },
  onHandleError(parent, current, target, error) {
    window.failures.push(String(error));
    return false;
  },
});

app.run(() => {
  const log = document.createElement("div");
  const box = document.createElement("textarea");
  box.id = "box";
  document.querySelector("#app").append(log, box);
  let count = 0;
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const [mine, theirs, text, copy] = ["div", "div", "p", "button"].map((tag) => document.createElement(tag));
    mine.textContent = box.value;
    box.value = "";
    copy.textContent = "Copy";
    // No zone follows what is awaited: Angular's builds have no `await` left.
    copy.addEventListener("click", () => {
      navigator.clipboard.writeText(text.textContent).then(() => (copy.dataset.zone = Zone.current.name));
    });
    theirs.append(text, copy);
    log.append(mine, theirs);
    say(count++, (answer) => (text.textContent = answer));
  });
});
