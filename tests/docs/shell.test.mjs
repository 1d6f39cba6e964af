import assert from "node:assert/strict";
import test from "node:test";
import { commandsOf, plainCommand } from "./shell.mjs";

test("shell code falls into commands and words", () => {
  assert.deepEqual(commandsOf("a b 'c d' \"e $F\"  # no\n\nb > out.txt 2>&1 && c | d; e\n"), [["a", "b", "c d", "e $F"], ["b"], ["c"], ["d"], ["e"]]);
  assert.deepEqual(commandsOf("a \\\n  b\n'c\nd' e#f\n"), [["a", "b"], ["c\nd", "e#f"]]);
  assert.deepEqual(commandsOf('X=$(node -p "1") y < in\n'), [["node", "-p", "1"], ["X=$(…)", "y"]]);
  assert.deepEqual(commandsOf(`a '{"b": "c"}' "it's \\"so\\""`), [["a", '{"b": "c"}', `it's \\"so\\"`]]);
});

test("what stands before a command is set aside", () => {
  assert.deepEqual(plainCommand(["A=1", "sudo", "tacit", "x"]), ["tacit", "x"]);
  assert.deepEqual(plainCommand(["runuser", "-u", "tacit", "--", "tacit", "x"]), ["tacit", "x"]);
  assert.deepEqual(plainCommand(["docker", "exec", "tacit", "/usr/bin/tacit", "x"]), ["/usr/bin/tacit", "x"]);
  assert.deepEqual(plainCommand(["A=1"]), []);
});
