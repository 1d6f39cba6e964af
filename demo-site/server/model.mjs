// The fake model: a prompt chooses a topic by keyword, a topic is a folder of Markdown files.
// Deterministic, so that a test which asks the same thing reads the same answer.

import { readdirSync, readFileSync } from "node:fs";

export const MODEL = "demo-small-1";
export const PROMPT_VERSION = "demo@1";

// The first topic whose words occur in the prompt is taken.
const KEYWORDS = [
  ["email", /\b(e-?mail|letter|invitation|meeting)\b/i],
  ["sql", /\b(sql|database|customers?|orders?)\b/i],
  ["debounce", /\b(debounce|throttle|javascript|typescript)\b/i],
  ["python", /\b(python|csv|pandas|spreadsheet)\b/i],
  ["caching", /\b(cache|caching|cached|http|headers?)\b/i],
  ["dinners", /\b(dinners?|meals?|recipes?|cook(?:ing)?)\b/i],
  ["thanks", /\b(thanks|thank you|perfect|great)\b/i],
];

const ANSWERS = readAnswers(new URL("../answers/", import.meta.url));

/** The answer to the last message. `variant` counts regenerations from 0 and walks the alternatives. */
export function answerTo(messages, variant) {
  const prompts = messages.filter(({ role }) => role === "user").map(({ content }) => content);
  const { topic, followUps } = topicOf(prompts);
  const alternatives = followUps > 0 ? ANSWERS[topic].followUps : ANSWERS[topic].first;
  const start = followUps > 0 ? followUps - 1 : 0;
  return alternatives[(start + variant) % alternatives.length];
}

/** A prompt that names no topic continues the one before; `followUps` counts how often in a row. */
export function topicOf(prompts) {
  let topic = "default";
  let followUps = 0;
  prompts.forEach((prompt, index) => {
    const named = KEYWORDS.find(([, words]) => words.test(prompt))?.[0];
    const continues = index > 0 && topic !== "thanks" && (named === undefined || named === topic);
    followUps = continues ? followUps + 1 : 0;
    if (!continues) topic = named ?? "default";
  });
  return { topic, followUps };
}

/** Pieces of one word each, white space in front of it; joined they are the text again. */
export function wordsOf(text) {
  return text.match(/\s*\S+(?:\s+$)?/g) ?? [];
}

function readAnswers(folder) {
  const read = (topic, names) =>
    names.map((name) => readFileSync(new URL(`${topic}/${name}`, folder), "utf8").trimEnd());
  const topics = readdirSync(folder).map((topic) => {
    const names = readdirSync(new URL(`${topic}/`, folder)).sort();
    const followUps = names.filter((name) => name.startsWith("follow-"));
    const first = names.filter((name) => !followUps.includes(name));
    return [topic, { first: read(topic, first), followUps: read(topic, followUps) }];
  });
  return Object.fromEntries(topics);
}
