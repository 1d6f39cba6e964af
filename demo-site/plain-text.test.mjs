import assert from "node:assert/strict";
import test from "node:test";
import { Marked } from "marked";
import { plainText } from "./public/plain-text.js";

const plain = (markdown) => plainText(new Marked({ gfm: true }).lexer(markdown));

test("formatting goes, words stay", () => {
  assert.equal(plain("# Title\n\nSome **bold** `code` & a [link](/x)."), "Title\n\nSome bold code & a link.");
});

test("lists keep their marks, and quotes and code their lines", () => {
  assert.equal(plain("- a\n- b"), "• a\n• b");
  assert.equal(plain("3. a\n4. b"), "3. a\n4. b");
  assert.equal(plain("- [x] done\n- [ ] open"), "• ☑ done\n• ☐ open");
  assert.equal(plain("> one\n>\n> two"), "one\n\ntwo");
  assert.equal(plain("```js\na < b\n```"), "a < b");
});

test("a table becomes lines", () => {
  assert.equal(plain("| a | b |\n| --- | --- |\n| 1 | 2 |"), "a | b\n1 | 2");
});
