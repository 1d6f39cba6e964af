// One simulated visit: what the app's server registers, and what the page would have sent. Pure:
// chance and time are given. The people are made up, and how often they do what is an assumption;
// `tacit simulate` has people whose numbers have sources.

import { answerTo } from "../model.mjs";

const HOUR_MS = 3_600_000;
/** A little less than signals may be old. */
const DAYS = 13;

/** What is compared: two prompts and two models, of which the later please more often. */
const PROMPTS = [
  { name: "support@14", pleases: 0 },
  { name: "support@15", pleases: 0.15 },
];
const MODELS = [
  { name: "demo-small-1", pleases: 0.5, weight: 0.7 },
  { name: "demo-large-1", pleases: 0.62, weight: 0.3 },
];
const QUESTIONS = [
  "Write a polite email that moves a meeting to next week",
  "Write a Python script that totals a CSV file by category",
  "Explain HTTP caching to someone new to the web",
  "Plan five weekday dinners that need little shopping",
  "Write a SQL query for the customers without an order this year",
  "Write a debounce function in TypeScript",
];
const TURNS_MAX = 3;
const VERSIONS_MAX = 3;
const LANGUAGES = ["en", "en", "en", "de", "fr"];
const DEVICES = ["desktop", "desktop", "mobile"];

/**
 * `{ outputs, batch, texts }`: registrations, the batch of signals without key and `sent_at`, and
 * texts of edited answers, which travel in a batch of their own. `newId()` makes ids.
 */
export function visitOf(dice, now, newId) {
  const visit = new Visit(dice, startOf(dice, now), newId);
  visit.live();
  return visit.told();
}

/** People come by day, and more of them lately. */
function startOf(dice, now) {
  const day = Math.floor(DAYS * (1 - Math.sqrt(dice.share())));
  const hour = 8 + dice.between(0, 12);
  const midnight = Math.floor(now / (24 * HOUR_MS)) * 24 * HOUR_MS;
  return Math.min(midnight - (day + 1) * 24 * HOUR_MS + hour * HOUR_MS, now - HOUR_MS);
}

class Visit {
  #dice;
  #newId;
  #at;
  #conversation;
  #subject;
  #model;
  #prompt;
  #messages = [];
  #outputs = [];
  #seq = 0;
  #events = [];
  #texts = [];

  constructor(dice, at, newId) {
    this.#dice = dice;
    this.#newId = newId;
    this.#at = at;
    this.#conversation = `c-${newId()}`;
    this.#subject = `v-${dice.whole(1, 400)}`;
    this.#model = dice.chance(MODELS[0].weight) ? MODELS[0] : MODELS[1];
    this.#prompt = dice.one(PROMPTS);
  }

  live() {
    const turns = this.#dice.whole(1, TURNS_MAX);
    let question = this.#dice.one(QUESTIONS);
    for (let turn = 0; turn < turns; turn += 1) {
      this.#messages.push({ role: "user", content: question });
      const { output, text, isPleased } = this.#ask(turn);
      this.#messages.push({ role: "assistant", content: text });
      if (turn + 1 === turns) return;
      question = this.#followUp(output, question, isPleased);
    }
  }

  told() {
    const batch = {
      v: 1,
      session: this.#newId().replaceAll("-", ""),
      subject: this.#subject,
      lang: this.#dice.one(LANGUAGES),
      device: this.#dice.one(DEVICES),
      surface: "chat",
      sdk: "demo",
      events: this.#events,
    };
    return { outputs: this.#outputs, batch, texts: this.#texts };
  }

  /** Answers are asked for until one is good enough, or patience ends. */
  #ask(turn) {
    let before;
    for (let variant = 0; ; variant += 1) {
      const answer = this.#answer(turn, variant, before);
      const isLast = variant + 1 === VERSIONS_MAX;
      if (answer.isPleased || isLast || !this.#dice.chance(0.4)) {
        this.#act(answer);
        return answer;
      }
      const after_ms = this.#wait(2, 40);
      this.#note("regenerated", answer.output, { after_ms, ordinal: variant + 1 });
      before = answer.output;
    }
  }

  #answer(turn, variant, replaces) {
    const output = `o-${this.#newId()}`;
    const text = answerTo(this.#messages, variant);
    this.#outputs.push({
      id: output,
      created_at: Math.round(this.#at),
      conversation: this.#conversation,
      turn,
      variant,
      subject: this.#subject,
      model: this.#model.name,
      prompt_version: this.#prompt.name,
      surface: "chat",
      input: [...this.#messages],
      output: text,
    });
    const words = text.match(/\S+/g).length;
    const stream_ms = this.#wait(1, 4);
    const code = [...text.matchAll(/```[\s\S]*?```/g)].reduce((sum, [block]) => sum + block.length, 0);
    this.#note("shown", output, {
      chars: [...text].length,
      words,
      code_share: round(code / text.length),
      stream_ms,
      turn,
      variant,
      ...(replaces && { replaces }),
    });
    const read = round(this.#dice.between(0.3, 1));
    const active_ms = Math.round((words / 4) * 1_000 * read);
    this.#at += active_ms;
    this.#note("dwell", output, { active_ms, read_share: read });
    const isPleased = this.#dice.chance(this.#model.pleases + this.#prompt.pleases);
    return { output, text, isPleased };
  }

  #act({ output, text, isPleased }) {
    const chars = [...text].length;
    if (isPleased && this.#dice.chance(0.3)) this.#note("copied", output, { chars, share: 1, via: "button" });
    else if (this.#dice.chance(isPleased ? 0.2 : 0.04)) {
      const share = round(this.#dice.between(0.2, 0.9));
      this.#note("copied", output, { chars: Math.round(chars * share), share, via: "selection" });
    }
    if (this.#dice.chance(isPleased ? 0.1 : 0.05)) this.#edit(output, text, isPleased);
    if (this.#dice.chance(0.03)) this.#note("rated", output, { value: isPleased ? 1 : -1 });
    if (isPleased && this.#dice.chance(0.03)) this.#note("shared", output, { via: "button" });
  }

  /** Whoever is pleased changes little. Sentences go, from the end. */
  #edit(output, text, isPleased) {
    const sentences = text.split(/(?<=[.!?\n])\s+/);
    const kept = Math.max(1, Math.round(sentences.length * (isPleased ? 0.85 : 0.2)));
    const edited = sentences.slice(0, kept).join(" ");
    const [before, after] = [[...text].length, [...edited].length];
    this.#wait(10, 60);
    this.#note("edited", output, {
      chars_before: before,
      chars_after: after,
      inserted: 0,
      deleted: before - after,
      survival: round(after / before),
      final: true,
    });
    this.#texts.push({ content: { output, seq: this.#next(), at: Math.round(this.#at), role: "edit", text: edited } });
  }

  #followUp(output, question, isPleased) {
    const gap_ms = this.#wait(5, 90);
    if (!isPleased && this.#dice.chance(0.6)) {
      this.#note("followed_up", output, { gap_ms, similarity: 0.8, intent: "rephrase" });
      return `${question}, shorter`;
    }
    const isThanks = isPleased && this.#dice.chance(0.15);
    const intent = isThanks ? "thanks" : "other";
    this.#note("followed_up", output, { gap_ms, similarity: 0.1, intent });
    return isThanks ? "Thank you" : this.#dice.one(QUESTIONS);
  }

  #note(kind, output, fields) {
    this.#at += 1_000;
    const conversation = this.#conversation;
    this.#events.push({ seq: this.#next(), at: Math.round(this.#at), kind, output, conversation, ...fields });
  }

  #next() {
    return this.#seq++;
  }

  /** Seconds go by; how many ms. */
  #wait(low, high) {
    const ms = Math.round(this.#dice.between(low, high) * 1_000);
    this.#at += ms;
    return ms;
  }
}

const round = (share) => Math.round(share * 1_000) / 1_000;
