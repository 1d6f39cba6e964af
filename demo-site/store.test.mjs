import assert from "node:assert/strict";
import test from "node:test";
import { addTurn, addVersion, lastOutputId, messagesUpTo, newConversation } from "./public/store.js";

test("the model gets the versions on screen, edits included, up to its own prompt", () => {
  const conversation = newConversation();
  const first = addTurn(conversation, "one");
  addVersion(first).text = "answer 1";
  addVersion(first).text = "answer 1, again";
  const second = addTurn(conversation, "two");
  const contents = (turn) => messagesUpTo(conversation, turn).map(({ content }) => content);
  assert.deepEqual(contents(first), ["one"]);
  assert.deepEqual(contents(second), ["one", "answer 1, again", "two"]);
  first.shown = 0;
  first.versions[0].text = "edited";
  assert.deepEqual(contents(second), ["one", "edited", "two"]);
});

test("turns and variants count from 0, as Tacit does", () => {
  const conversation = newConversation();
  const turn = addTurn(conversation, "one");
  assert.equal(turn.index, 0);
  assert.equal(addTurn(conversation, "two").index, 1);
  assert.deepEqual([addVersion(turn).variant, addVersion(turn).variant], [0, 1]);
});

test("the last output is the last one that is on screen and has begun", () => {
  const conversation = newConversation();
  assert.equal(lastOutputId(conversation), undefined);
  const turn = addTurn(conversation, "one");
  addVersion(turn).id = "o-1";
  addVersion(addTurn(conversation, "two"));
  assert.equal(lastOutputId(conversation), "o-1");
});
