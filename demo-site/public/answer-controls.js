// The row of buttons under an answer.

import { copyWithFeedback } from "./clipboard.js";
import { h, iconButton } from "./dom.js";
import { shownVersion } from "./store.js";

export function answerControls(turn, { rate, regenerate, show, insert, edit }) {
  const shown = () => shownVersion(turn);
  const step = (by) => show(turn, turn.shown + by);

  const previous = iconButton("previous", "Previous version", () => step(-1));
  const position = h("span", { class: "position" });
  const next = iconButton("next", "Next version", () => step(1));
  const versions = h("div", { class: "versions" }, previous, position, next);

  const copy = iconButton("copy", "Copy", () => copyWithFeedback(copy, shown().text));
  const good = iconButton("good", "Good response", () => rate(turn, 1));
  const bad = iconButton("bad", "Bad response", () => rate(turn, -1));
  const again = iconButton("regenerate", "Regenerate", () => regenerate(turn));
  const pencil = iconButton("edit", "Edit", edit);
  const document = iconButton("insert", "Insert into document", () => insert(shown()));
  const remark = h("span", { class: "remark" });

  const buttons = [copy, good, bad, again, pencil, document];
  const name = { class: "controls", role: "group", "aria-label": `Answer ${turn.index + 1} actions` };

  return {
    element: h("div", name, versions, ...buttons, remark),
    focusEdit: () => pencil.focus({ preventScroll: true }),
    update(version) {
      versions.hidden = turn.versions.length < 2;
      position.textContent = `${turn.shown + 1}/${turn.versions.length}`;
      setOff(previous, turn.shown === 0);
      setOff(next, turn.shown === turn.versions.length - 1);
      good.setAttribute("aria-pressed", version.rating === 1);
      bad.setAttribute("aria-pressed", version.rating === -1);
      for (const button of [copy, good, bad, pencil, document]) button.hidden = !version.text;
      remark.textContent = remarkOn(version);
    },
  };
}

// Not `disabled`: the focus would be lost when a step reaches the end.
function setOff(button, off) {
  button.setAttribute("aria-disabled", off);
}

function remarkOn({ edited, state }) {
  if (edited) return "Edited";
  return state === "stopped" ? "Stopped" : "";
}
