import assert from "node:assert/strict";
import test from "node:test";
import { answerTo, topicOf, wordsOf } from "./server/model.mjs";

const user = (content) => ({ role: "user", content });
const assistant = (content) => ({ role: "assistant", content });

test("a keyword chooses the topic, and without one there is a sensible default", () => {
  assert.match(answerTo([user("Write a Python script for a CSV")], 0), /csv\.DictReader/);
  assert.match(answerTo([user("an email about our meeting, please")], 0), /Subject/);
  assert.match(answerTo([user("top customers in SQL")], 0), /GROUP BY/);
  assert.match(answerTo([user("what should I do with my life?")], 0), /Name the outcome/);
});

test("regenerating walks through at least two alternatives and starts over", () => {
  for (const prompt of ["email", "python", "sql", "caching", "dinners", "debounce", "hm", "thanks"]) {
    const seen = [0, 1, 2, 3, 4, 5].map((variant) => answerTo([user(prompt)], variant));
    const different = new Set(seen);
    assert.ok(different.size >= 2, prompt);
    assert.notEqual(seen[0], seen[1], prompt);
    assert.equal(seen[different.size], seen[0], prompt);
  }
});

test("a prompt without a topic continues the one before", () => {
  const first = [user("Explain caching"), assistant("…"), user("Give an example")];
  assert.match(answerTo(first, 0), /visits? your site|opens your site/);
  assert.notEqual(answerTo(first, 0), answerTo(first, 1));
  const second = [...first, assistant("…"), user("shorter")];
  assert.notEqual(answerTo(second, 0), answerTo(first, 0));
});

test("a new topic ends the old one, and thanks is answered as such", () => {
  assert.deepEqual(topicOf(["email", "shorter", "now some SQL"]), { topic: "sql", followUps: 0 });
  assert.deepEqual(topicOf(["email", "thank you"]), { topic: "thanks", followUps: 0 });
  assert.deepEqual(topicOf(["email", "thank you", "and then?"]), { topic: "default", followUps: 0 });
});

test("words joined are the text again", () => {
  for (const text of ["", "one", "a b\n\n  c\n", answerTo([user("sql")], 0)]) {
    assert.equal(wordsOf(text).join(""), text);
  }
});
