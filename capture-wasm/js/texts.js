// The part that follows edited and accepted text: a Wasm module of its own, and
// what that asks of the page.

import { initSync, texts_consent, texts_fired, texts_happened, texts_hint, texts_keep, texts_open, texts_sent } from "tacit-texts-glue";
import { compile } from "./compile.js";
import { places } from "./places.js";
import { isShown, valueOf } from "./reading.js";
import { redact } from "./redact.js";
import { share as take } from "./shared.js";
import { get, own, set } from "./storage.js";
import { clearTimeout, setTimeout } from "./timers.js";

/** Takes what is shared, and brings the module. */
export async function share(all) {
  take(all);
  initSync({ module: await compile(new URL("./texts.wasm", import.meta.url), { integrity: "" }) });
}

/** `core`: `content`, `owner(editor)`, `known()` and `found(output, token, kind, fields)`. */
export function open({ content, ...core }) {
  const timers = [];
  const ends = [];
  const cancel = (timer) => {
    clearTimeout(timers[timer]);
    timers[timer] = undefined;
  };
  const wait = (timer, ms) => {
    timers[timer] = setTimeout(() => {
      timers[timer] = undefined;
      const left = ends[timer] - performance.now();
      if (left > 0) wait(timer, left);
      else texts_fired(timer);
    }, ms);
  };
  const host = {
    ...core,
    cancel,
    /** At every key this is put off: a timer that runs is left alone, and waits on. */
    later(timer, ms) {
      const end = performance.now() + ms;
      if (!(end >= ends[timer])) cancel(timer);
      ends[timer] = end;
      if (timers[timer] === undefined) wait(timer, ms);
    },
    now: () => Date.now(),
    value: valueOf,
    isShown,
    isVisible: () => document.visibilityState === "visible",
    redact,
    places,
    get,
    set,
    own,
    random: () => crypto.getRandomValues(new Uint8Array(20)),
  };
  texts_open(host, content);
  return { happened: texts_happened, hint: texts_hint, keep: texts_keep, sent: texts_sent, consent: texts_consent };
}
