// The score by itself: what it finds, misses, and calls false.

import assert from "node:assert/strict";
import { test } from "node:test";
import { answer } from "./answers.mjs";
import { score, wordsOf } from "./score.mjs";
import { cells, complaints, sum, table } from "./table.mjs";

const BEGAN = 1_800_000_000_000;

/** Two answers, ten seconds apart; the second instead of the first. */
function said() {
  return [0, 1].map((n) => ({
    ...answer(n, n === 0 ? "code" : "plain"),
    asked: BEGAN + n * 10_000,
    firstAt: BEGAN + n * 10_000 + 250,
    doneAt: BEGAN + n * 10_000 + 3_000,
    conversation: 0,
    replaces: n === 1 ? 0 : undefined,
  }));
}

const shown = (answer, more) => ({ kind: "shown", at: answer.doneAt + 900, words: wordsOf(answer), ...more });
const stored = (id, ...signals) => ({ output: { id, conversation: "c" }, signals });
const row = (scored, act) => scored.rows.find((row) => row.act === act);
const act = (act, kind, answer, at, want = {}) => ({ act, kind, answer, at, want });

test("what is told as it was is found", () => {
  const answers = said();
  const acts = [act("copy: code", "copied", 0, BEGAN + 5_000, { via: "code", share: 0.3 }), act("regenerate", "regenerated", 0, BEGAN + 10_000)];
  const outputs = [
    stored("a", shown(answers[0]), { kind: "copied", at: BEGAN + 5_010, via: "code", share: 0.32 }, { kind: "regenerated", at: BEGAN + 10_020 }, { kind: "dwell", at: BEGAN + 9_000 }),
    stored("b", shown(answers[1], { replaces: "a" })),
  ];
  const scored = score({ answers, acts }, outputs);
  assert.deepEqual(scored.wrong, []);
  assert.deepEqual(
    scored.rows.map(({ act, done, found }) => [act, done, found]),
    [["answers", 2, 2], ["copy: code", 1, 1], ["regenerate", 1, 1], ["lineage", 1, 1]],
  );
});

test("an act of another answer, kind, size or time is missed, and what was told instead is false", () => {
  const answers = said();
  const acts = [act("copy: code", "copied", 0, BEGAN + 5_000, { via: "code", share: 0.3 })];
  const copied = { kind: "copied", at: BEGAN + 5_010, via: "code", share: 0.3 };
  for (const [id, change] of [["b", {}], ["a", { via: "button" }], ["a", { share: 0.4 }], ["a", { at: BEGAN + 20_000 }], ["a", { kind: "selected" }]]) {
    const more = (own) => (own === id ? [{ ...copied, ...change }] : []);
    const scored = score({ answers, acts }, [stored("a", shown(answers[0]), ...more("a")), stored("b", shown(answers[1], { replaces: "a" }), ...more("b"))]);
    assert.equal(row(scored, "copy: code").found, 0, JSON.stringify(change));
    assert.equal(scored.wrong.length, 1, JSON.stringify(change));
  }
});

test("a second signal of one act is false where each counts, and not where the strongest does", () => {
  const answers = said().slice(0, 1);
  const twice = (kind) => [{ kind, at: BEGAN + 5_010 }, { kind, at: BEGAN + 5_900 }];
  const scored = (kind) => score({ answers, acts: [act(kind, kind, 0, BEGAN + 5_000)] }, [stored("a", shown(answers[0]), ...twice(kind))]);
  assert.deepEqual(scored("rated").wrong, []);
  assert.equal(scored("stopped").wrong.length, 1);
});

test("a selection that rests on its way is not false, and not the whole", () => {
  const answers = said().slice(0, 1);
  const selected = (...shares) => shares.map((share, n) => ({ kind: "selected", at: BEGAN + 5_010 + n, share }));
  const scored = (...shares) => score({ answers, acts: [act("select", "selected", 0, BEGAN + 5_000, { share: 0.3 })] }, [stored("a", shown(answers[0]), ...selected(...shares))]);
  assert.deepEqual([scored(0.1, 0.3).wrong.length, row(scored(0.1, 0.3), "select").found], [0, 1]);
  assert.deepEqual([scored(0.1).wrong.length, row(scored(0.1), "select").found], [0, 0]);
  assert.equal(scored(0.3, 0.5).wrong.length, 1);
});

test("what is no answer, one shown twice, and one with other text in it are false", () => {
  const answers = said();
  const right = [stored("a", shown(answers[0])), stored("b", shown(answers[1], { replaces: "a" }))];
  const decoys = [shown(answers[0]), { ...shown(answers[0]), words: 3 }, { ...shown(answers[0]), at: BEGAN - 5_000 }, { ...shown(answers[1]), at: BEGAN + 60_000 }];
  for (const decoy of decoys) {
    const scored = score({ answers, acts: [] }, [...right, stored("x", decoy)]);
    assert.equal(row(scored, "answers").found, 2);
    assert.equal(scored.wrong.length, 1, JSON.stringify(decoy));
  }
  const fatter = score({ answers, acts: [] }, [stored("a", shown(answers[0], { words: wordsOf(answers[0]) + 9 })), right[1]]);
  assert.equal(row(fatter, "answers").found, 1);
});

test("a switch is held against both its ends", () => {
  const answers = said();
  const acts = [act("branch", "switched", 1, BEGAN + 20_000, { from: 1, to: 0 })];
  const outputs = (from, to) => [stored("a", shown(answers[0]), { kind: "switched", at: BEGAN + 20_010, from, to }), stored("b", shown(answers[1], { replaces: "a" }))];
  assert.equal(row(score({ answers, acts }, outputs("b", "a")), "branch").found, 1);
  assert.equal(row(score({ answers, acts }, outputs("a", "b")), "branch").found, 0);
});

test("conversations are told apart by an id of their own", () => {
  const answers = said();
  answers[1].conversation = 1;
  const outputs = (second) => [stored("a", shown(answers[0])), { output: { id: "b", conversation: second }, signals: [shown(answers[1], { replaces: "a" })] }];
  assert.equal(row(score({ answers, acts: [] }, outputs("d")), "conversation").found, 2);
  assert.equal(row(score({ answers, acts: [] }, outputs("c")), "conversation").found, 0);
});

test("rounds add up, and a chat without a control has a dash for it", () => {
  const one = { rows: [{ act: "answers", done: 2, found: 1, missed: ["m"] }], wrong: [{ kind: "shown", output: "x", why: "w" }] };
  const total = { title: "A chat", versions: ["a 1.0.0"], ...sum([one, one]) };
  const [head, , line] = table([total]).split("\n").map(cells);
  assert.equal(line[head.indexOf("answers")], "2/4");
  assert.equal(line[head.indexOf("stop")], "–");
  assert.deepEqual([line[0], line[1], line.at(-1)], ["A chat", "a 1.0.0", "2"]);
  assert.deepEqual(complaints(total), ["A chat: missed m", "A chat: missed m", "A chat: false shown w (x)", "A chat: false shown w (x)"]);
});
