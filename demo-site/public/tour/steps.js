// What the tour asks for, and what there is to say when it was done. Pure: each step is finished by
// a signal that Tacit noticed; the numbers it counts for come from the collector's own label.

import { percent } from "../inspector/words.js";

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

export const STEPS = [
  {
    kind: "shown",
    title: "Ask something",
    todo: "Pick one of the suggestions, or write a question of your own.",
    told: ({ words, stream_ms }) =>
      `Tacit saw the answer appear and measured it: ${words} words, written in ${seconds(stream_ms)}. The words themselves stayed here.`,
  },
  {
    kind: "copied",
    title: "Take what you need",
    todo: "Select a few sentences of the answer and copy them, or press its copy button.",
    told: ({ share, via }) =>
      `You took ${percent(share)} of it, ${via === "selection" ? "by selecting it" : "with its button"}. People copy what they can use, and hardly anybody rates.`,
  },
  {
    kind: "edited",
    isDone: ({ final }) => final,
    title: "Make it yours",
    todo: "Press the pencil below the answer, change a sentence, and save.",
    told: ({ survival }) =>
      `${percent(survival)} of the answer survived. This site opted in to edited text, so yours becomes a training target, and “yours rather than the model’s” a pair.`,
  },
  {
    kind: "regenerated",
    title: "Ask for another one",
    todo: "Press Regenerate below the answer.",
    told: ({ after_ms }) =>
      `You wanted another answer ${seconds(after_ms)} after this one. Had you not used it before, that would count against it.`,
  },
];

export class Tour {
  /** Which step, from 0; `STEPS.length` is the end. */
  at = 0;
  /** The signal that finished it. */
  signal;
  /** The request that carried that signal. */
  send;
  /** The answer whose label is watched: the first. */
  output;
  sum = { signals: 0, bytes: 0, requests: 0 };

  get step() {
    return STEPS[this.at];
  }

  get isOver() {
    return this.at >= STEPS.length;
  }

  /** An entry of the feed; whether it changed anything that is shown. */
  take({ type, detail }) {
    if (type === "send") return this.#sent(detail);
    if (type !== "signal") return false;
    this.sum.signals += 1;
    const { step } = this;
    if (!step || this.signal || detail.kind !== step.kind || step.isDone?.(detail) === false) return false;
    this.signal = detail;
    this.output ??= detail.output;
    return true;
  }

  next() {
    this.at += 1;
    this.signal = undefined;
    this.send = undefined;
  }

  #sent(detail) {
    this.sum.requests += 1;
    this.sum.bytes += detail.bytes;
    if (this.signal && !this.send) this.send = detail;
    return true;
  }
}
