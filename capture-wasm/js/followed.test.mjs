import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { compare, REPHRASED_MIN, similarity } from "./followed.js";

const INTENTS = ["rephrase", "correction", "thanks", "other"];
const intended = (before, next) => INTENTS[compare(before, next) % 4];

/**
 * Precision and recall of "asks the same again", in per cent. A line is `+` or
 * `-`, a prompt, the next one, by tabs: whether it asks the same again. The measure
 * was chosen on the first list. The second was written before it was measured;
 * only how short a word must be to be left out was decided after.
 */
function precisionAndRecall(list) {
  let [right, told, all] = [0, 0, 0];
  for (const line of readFileSync(new URL(list, import.meta.url), "utf8").trim().split("\n")) {
    const [label, before, next] = line.split("\t");
    const alike = similarity(before, next);
    assert.equal(similarity(next, before), alike);
    assert.equal(Math.floor(compare(before, next) / 4), alike);
    const isTold = alike >= REPHRASED_MIN;
    all += label === "+";
    told += isTold;
    right += isTold && label === "+";
  }
  return [(100 * right) / told, (100 * right) / all];
}

test("prompts that ask the same again are alike and others are not", () => {
  const [tuned, found] = precisionAndRecall("followed.tuned.tsv");
  assert.ok(tuned >= 88 && found >= 88, `${tuned} ${found}`);
  const [precision, recall] = precisionAndRecall("followed.held_out.tsv");
  assert.ok(precision >= 86 && recall >= 95, `${precision} ${recall}`);
});

test("the same prompt again is a rephrase and so is a cut one", () => {
  assert.equal(similarity("Why?", "why"), 1_000);
  assert.equal(similarity("为什么", "为什么"), 1_000);
  assert.equal(similarity("", "Hello there"), 0);
  assert.equal(similarity("How do I sort a list in Python?", "how do I sort a list in python"), 1_000);
  const long = "Explain the rules of cricket to somebody who knows baseball";
  assert.equal(intended(long, `${long}, in two sentences`), "rephrase");
});

test("words tell corrections and thanks", () => {
  const of = (next) => intended("What is the capital of Australia?", next);
  for (const correction of [
    "No, I meant the largest city",
    "No. Largest city!",
    "That’s not right, look again",
    "that's wrong",
    "Actually, I need it for 1910",
    "No, I meant the capital of Austria?",
    "Nein, das stimmt nicht",
    "Das ist falsch!",
    "¡No, me refería a otra cosa!",
    "Ce n'est pas ce que je voulais",
    "Não, eu quis dizer outra coisa",
    "Нет, я имел в виду другое",
    "不对，我问的是最大的城市",
    "違います、最大の都市です",
    "아니, 가장 큰 도시 말이야",
    "لا، أقصد أكبر مدينة",
  ]) {
    assert.equal(of(correction), "correction", correction);
  }
  for (const thanks of [
    "Thanks!",
    "perfect, thank you so much",
    "No, that's all, thanks",
    "Super, vielen Dank",
    "¡Muchas gracias!",
    "Merci beaucoup",
    "Большое спасибо",
    "谢谢你",
    "どうもありがとうございます",
    "감사합니다",
    "شكرا جزيلا",
  ]) {
    assert.equal(of(thanks), "thanks", thanks);
  }
  for (const other of [
    "Thanks! Now, how many people live there?",
    "And of Canada?",
    "Notes on the history of Canberra, please",
    "Nonsense poems about Sydney",
    "Now make it shorter",
    "Write a card in which I say thank you to my teacher, who has taught me for all of four years",
    "Nothing rhymes with orange",
    "",
  ]) {
    assert.equal(of(other), "other", other);
  }
});

test("very long prompts are looked at in part", () => {
  const long = "é".repeat(4_000);
  assert.equal(similarity(long, `${long} and more`), 1_000);
});
