import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { messageId } from "./ids.js";

let others;

beforeEach(() => {
  others = 0;
  globalThis.document = { querySelectorAll: () => ({ length: others }) };
});

const part = (attributes, parentElement = null) => ({
  attributes: Object.entries(attributes).map(([name, value]) => ({ name, value })),
  parentElement,
});

const idOf = (attributes) => {
  const message = part(attributes);
  return messageId(message, part({}, part({}, message)));
};

test("ids that are one of a kind in the world are taken, whatever stands before a UUID", () => {
  const uuid = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed";
  assert.equal(idOf({ "data-message-id": uuid }), uuid);
  assert.equal(idOf({ class: "x", id: `message-${uuid}` }), uuid);
  for (const id of ["OgqEIjJ", "msg_8Kx2pQ9aL", "chatcmpl-9aB3dEf7"]) assert.equal(idOf({ "data-id": id }), id);
});

test("names that count, or were made up while drawing, are none", () => {
  for (const id of ["3", "message-3", "item12345", ":r1a:", "radix-:r3:", "assistant", "main-content", "2024-11-26"]) {
    assert.equal(idOf({ "data-id": id }), undefined, id);
  }
  assert.equal(idOf({ "data-digest": "OgqEIjJ8" }), undefined, "no id by its name");
});

test("an id that stands twice on the page is that of a group", () => {
  others = 2;
  assert.equal(idOf({ "data-id": "OgqEIjJ" }), undefined);
});

test("the nearest to the answer wins", () => {
  const message = part({ "data-turn-id": "turn-8Kx2pQ9aL" });
  const inner = part({ "data-message-id": "OgqEIjJ" }, message);
  assert.equal(messageId(message, part({}, inner)), "OgqEIjJ");
});
