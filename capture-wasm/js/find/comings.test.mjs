import assert from "node:assert/strict";
import { test } from "node:test";

import { el } from "../dom.fake.mjs";
import { comings } from "./comings.js";

globalThis.Node = { ELEMENT_NODE: 1 };

test("what came is told by the time it came, and what changed by its last change", () => {
  const [text, inner] = [{ nodeType: 3 }, el("p")];
  const message = el("div", {}, inner);
  const log = el("main", {}, message, el("aside"));
  const coming = comings();
  coming.note([{ target: log, addedNodes: [message] }], 10);
  coming.note([{ target: inner, addedNodes: [text] }], 20);
  assert.equal(coming.came(message, 0), undefined, "nothing is worked out before somebody looks");
  coming.take();
  assert.deepEqual([coming.came(message, 5), coming.came(inner, 5), coming.came(log, 5)], [10, 10, undefined]);
  assert.deepEqual([coming.touched(inner, 5), coming.touched(message, 5), coming.touched(log, 5)], [20, 20, 20]);
  assert.equal(coming.touched(log.childNodes[1], 5), undefined);
  // Since a later question nothing came.
  assert.deepEqual([coming.came(message, 15), coming.touched(message, 15), coming.touched(message, 25)], [undefined, 20, undefined]);
});
