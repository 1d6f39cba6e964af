import assert from "node:assert/strict";
import { test } from "node:test";
import { forms } from "./echo.js";
import { bare } from "./text.js";

/** Whether a prompt typed like `text` is known when it is drawn as `drawn`. */
const isEcho = (text, drawn) => forms(text).includes(bare(drawn));

test("a prompt is known as it was written, in any script, and by its signs where it has nothing else", () => {
  assert.ok(isEcho("Why is the sky blue?", " why is\nthe sky blue "));
  assert.ok(isEcho("空はなぜ青いのですか？", "空はなぜ青いのですか"));
  assert.ok(isEcho("👍 🙏", "👍🙏"));
  assert.ok(!isEcho("👍", "👎"));
  assert.deepEqual(forms(" \n"), []);
});

test("a prompt is known as Markdown makes it look", () => {
  assert.ok(isEcho("**Sort** these:\n1. `b`\n2. [a](https://example.org)", "Sort these: b a"));
  assert.ok(isEcho("Explain\n```js\nlet a = 1;\n```", "Explain let a = 1;"));
  assert.ok(!isEcho("Sort these", "Sort those"));
});
