// Whole visits, with a clock of their own. tests/browser/find.spec.mjs has pages with layout.

import assert from "node:assert/strict";
import { test } from "node:test";
import { $, Chat } from "./page.fake.mjs";

const LOG = '<main><div id="log"></div><form><textarea></textarea></form></main>';
const SKY = "Short waves scatter far more than long ones, so the light from all around is blue.";
const MAP = "A hash map finds an entry in constant time on average, at the price of some memory.";
const MOON = "The moon keeps one face turned to us, since its day has become as long as its month.";

/** Draws an answer to come; puts its text where `body` is. */
function answers(chat, html = '<div class="theirs"><p></p></div>', body = ".theirs:last-child p") {
  chat.change(() => $("#log").insertAdjacentHTML("beforeend", html));
  const place = $(body);
  return (text) => (place.textContent = text);
}

function asked(question = "Why is the sky blue?", text = SKY, chat = new Chat(LOG)) {
  chat.ask(question);
  chat.stream(text, answers(chat));
  chat.wait(3_000);
  return chat;
}

test("what grows after the question is its answer, with the question and when it came", () => {
  const chat = asked();
  assert.deepEqual(chat.texts(), [SKY]);
  const [{ prompt, chat: number, age }] = chat.found;
  assert.deepEqual([prompt, number], ["whyistheskyblue", 0]);
  assert.ok(age > 3_400 && age < 4_000, String(age));
});

test("three growths make an answer, two do not; and one that never grew is taken once it rests", () => {
  const chat = new Chat(LOG);
  chat.ask("Why is the sky blue?");
  const put = answers(chat);
  for (const end of [20, 40, 60]) {
    assert.deepEqual(chat.texts(), [], String(end));
    chat.change(() => put(SKY.slice(0, end)));
    chat.wait(250);
  }
  chat.change(() => put(SKY));
  chat.wait(250);
  assert.deepEqual(chat.texts(), [SKY]);

  const whole = new Chat(LOG);
  whole.ask("Why is the sky blue?");
  whole.wait(400);
  whole.change(() => answers(whole)(SKY));
  whole.wait(2_400);
  assert.deepEqual(whole.texts(), []);
  whole.wait(400);
  assert.deepEqual(whole.texts(), [SKY]);
});

test("a short text that came whole may be a status: it is taken later, an unfinished one never", () => {
  for (const [text, at5, at7] of [["Forty-two, as ever.", 0, 1], ["Typing…", 0, 0], ["...", 0, 0]]) {
    const chat = new Chat(LOG);
    chat.ask("Why is the sky blue?");
    chat.wait(400);
    const put = answers(chat);
    chat.change(() => put(text));
    assert.equal(chat.wait(5_000).length, at5, text);
    assert.equal(chat.wait(2_000).length, at7, text);
  }
});

test("looks that are seldom still tell what grew from what came at once", () => {
  const chat = new Chat(LOG, { lookMs: 1_500 });
  chat.ask("Why is the sky blue?");
  const put = answers(chat);
  chat.stream(SKY.repeat(4), put);
  assert.equal(chat.texts().length, 1, "found while it streams");
});

test("nobody sure that it was sent, no answer without growth; and a question is waited for only so long", () => {
  const chat = new Chat(LOG);
  chat.ask("Why is the sky blue?", undefined, "#log", { sure: false });
  chat.wait(400);
  chat.change(() => answers(chat)(SKY));
  assert.deepEqual(chat.wait(8_000), []);
  const late = new Chat(LOG);
  late.ask("Why is the sky blue?");
  late.now += 121_000;
  late.stream(SKY, answers(late));
  assert.deepEqual(late.wait(3_000), []);
});

test("a question is told once, when it is certain", () => {
  const chat = new Chat(LOG);
  assert.equal(chat.finder.asked(chat.now), null);
  const sentAt = chat.now;
  chat.ask("Why is the sky blue?", "", "#log");
  chat.wait(300);
  assert.equal(chat.finder.asked(chat.now), null, "it is drawn nowhere");
  chat.change(() => $("#log").insertAdjacentHTML("beforeend", "<div>Why is the sky blue?</div>"));
  chat.wait(300);
  assert.deepEqual(chat.finder.asked(chat.now), ["Why is the sky blue?", chat.now - sentAt]);
  assert.equal(chat.finder.asked(chat.now), null);
});

test("title and lists echo the question first, and grow: the answer is beside the nearest", () => {
  const chat = new Chat('<main><h1 id="title"></h1><div id="log"></div><form><textarea></textarea></form></main>');
  chat.ask("Why is the sky blue?", "Why is the sky blue?", "#title");
  chat.wait(400);
  chat.change(() => $("#log").insertAdjacentHTML("beforeend", '<div class="mine">Why is the sky blue?</div>'));
  chat.change(() => $("h1").insertAdjacentHTML("afterend", '<aside id="status"></aside>'));
  const put = answers(chat);
  chat.stream(SKY, (text) => {
    put(text);
    $("#status").textContent = `Tokens ${"i".repeat(text.length)}`;
  });
  chat.wait(1_000);
  assert.deepEqual(chat.texts(), [SKY]);
});

test("what was there before and looks like an answer is one; a greeting is none", () => {
  const chat = new Chat(
    `<main><div id="log"><div class="theirs"><p>Hello, what shall it be?</p></div><div class="mine">When does water boil?</div>
    <div class="theirs"><p>Sooner on a mountain.</p></div></div><form><textarea></textarea></form></main>`,
  );
  assert.deepEqual(chat.texts(), []);
  chat.ask("Why is the sky blue?");
  chat.stream(SKY, answers(chat));
  chat.wait(2_000);
  assert.deepEqual(chat.texts(), ["Sooner on a mountain.", SKY]);
  assert.deepEqual(chat.found.map(({ prompt }) => prompt), ["whendoeswaterboil", "whyistheskyblue"]);
});

test("markers in wide use are believed at once, but not in what is private or around a composer", () => {
  const chat = new Chat(
    `<main data-role="assistant"><div data-tacit-private><i data-role="assistant">Hush</i></div><div>And?</div><p data-message-author-role="assistant">Yes.</p>
    <form><textarea></textarea></form></main>`,
  );
  chat.wait(200);
  assert.deepEqual(chat.texts(), ["Yes."]);
});

test("another version stands where the first stood; the time of the question is none", () => {
  const turn = (n, more = "") => `<li class="turn" id="turn-${n}">${more}</li>`;
  const theirs = `<div id="message-1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed" class="message-1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"><div><div><div><div class="their-text"><p></p></div></div></div></div></div>`;
  const chat = new Chat('<main><ul id="log"></ul><form><textarea></textarea></form></main>');
  const mine = "<div><div>Why is the sky blue?</div><footer></footer></div>";
  chat.ask("Why is the sky blue?", turn(0, mine));
  chat.change(() => $("#log").insertAdjacentHTML("beforeend", turn(1, theirs)));
  chat.stream(SKY, (text) => ($("#log p").textContent = text));
  chat.wait(3_000);
  assert.deepEqual(chat.texts(), [SKY]);
  // The whole turn is drawn anew, unheard, and an answer is long in coming.
  chat.finder.used($("#log"), 5);
  chat.change(() => ($("#log").innerHTML = turn(0, mine)));
  chat.wait(600);
  chat.change(() => ($("footer").textContent = "Today at 3:16 in the afternoon, and not a minute later"));
  assert.deepEqual(chat.wait(9_000), []);
  chat.change(() => $("#log").insertAdjacentHTML("beforeend", turn(1, theirs.replaceAll("1b9d6bcd", "2c9d6bcd"))));
  chat.stream(MAP, (text) => ($("#log p").textContent = text));
  chat.wait(1_000);
  assert.deepEqual(chat.texts(), [MAP]);
  // The one before comes back, and is known at the first look.
  chat.change(() => ($("#turn-1").outerHTML = turn(1, theirs.replace("<p></p>", `<p>${SKY}</p>`))));
  assert.deepEqual(chat.wait(200).map(({ body }) => body.textContent), [SKY]);
});

test("a message that is there with a name before its first word is no answer yet", () => {
  const chat = new Chat(LOG);
  const theirs = '<div class="theirs"><b class="name">Somebody</b></div>';
  for (const [n, question, text] of [[0, "Why is the sky blue?", SKY], [1, "What does a hash map do?", MAP]]) {
    chat.ask(question);
    chat.change(() => $("#log").insertAdjacentHTML("beforeend", theirs));
    assert.equal(chat.wait(5_000).length, n);
    chat.change(() => $("#log").lastChild.insertAdjacentHTML("beforeend", '<div class="said"><p></p></div>'));
    chat.stream(text, (text) => ($("#log .theirs:last-child p").textContent = text));
    chat.wait(3_000);
  }
  assert.deepEqual(chat.texts(), [SKY, MAP]);
});

test("a text that begins anew in its place is as old as that", () => {
  const chat = asked();
  chat.wait(5_000);
  const before = chat.found[0].age;
  assert.ok(before > 5_000);
  const put = (text) => ($(".theirs p").textContent = text);
  chat.stream(MOON, put);
  chat.wait(1_000);
  assert.deepEqual(chat.texts(), [MOON]);
  assert.ok(chat.found[0].age < before);
});

test("what was asked again in its own place is another question; a time that ages is not", () => {
  const chat = new Chat(LOG);
  chat.ask("Why is the sky blue?", '<div class="mine"><p>Why is the sky blue?</p><i>now</i></div>');
  chat.stream(SKY, answers(chat));
  chat.wait(1_000);
  chat.change(() => ($(".mine i").textContent = "1 min ago"));
  chat.change(() => ($(".theirs p").textContent += "!"));
  assert.equal(chat.wait(400)[0].prompt, "whyistheskyblue");
  chat.change(() => ($(".mine p").textContent = "Why is the sky blue? And what of the evening, when it is red?"));
  chat.change(() => ($(".theirs p").textContent += "!"));
  assert.match(chat.wait(400)[0].prompt, /evening/);
});

test("a notice that an answer was stopped is none; without a stop it is an answer", () => {
  for (const stops of [true, false]) {
    const chat = asked();
    chat.ask("What does a hash map do?");
    const put = answers(chat);
    chat.stream(MAP, put);
    chat.finder.used($("form"), stops ? 2 : 13);
    chat.wait(200);
    chat.change(() => answers(chat)("You have stopped this."));
    chat.wait(8_000);
    assert.deepEqual(chat.texts().slice(2), stops ? [] : ["You have stopped this."]);
  }
});

test("an answer that is drawn anew with every word stays one", () => {
  const chat = new Chat(LOG);
  chat.ask("Why is the sky blue?");
  chat.stream(SKY, (text) => {
    $("#log").innerHTML = `<div class="mine">Why is the sky blue?</div><div class="theirs"><p>${text}</p></div>`;
  });
  chat.wait(1_000);
  assert.deepEqual(chat.texts(), [SKY]);
});

test("what an answer is part of is known: itself, and a chat that holds its question too", () => {
  const chat = asked();
  const { finder } = chat;
  assert.deepEqual([finder.isPart($(".theirs p")), finder.isPart($("#log"))], [true, false]);
  assert.deepEqual([finder.isChat($(".theirs")), finder.isChat($("#log")), finder.isChat($("main"))], [false, true, true]);
});

test("two composers make two chats", () => {
  const one = (id) => `<section id="${id}"><div class="log"></div><form><textarea></textarea></form></section>`;
  const chat = new Chat(`<main>${one("left")}${one("right")}</main>`);
  assert.deepEqual([chat.finder.chatOf($("#left .log")), chat.finder.chatOf($("#right .log"))], [0, 1]);
  assert.equal(chat.finder.chatOf(document.body), 0);
});

test("after more changes than can be read the newest answer is read, and the next look reads all", () => {
  const chat = asked("What does a hash map do?", MAP, asked());
  chat.change(() => {
    for (let n = 0; n < 5_001; n += 1) $("form").append("");
    for (const p of document.querySelectorAll(".theirs p")) p.textContent += " More.";
  });
  chat.nextLook = chat.now;
  assert.deepEqual(chat.wait(50).map(({ text }) => text), [null, `${MAP} More.`]);
  assert.deepEqual(chat.wait(200).map(({ text }) => text), [`${SKY} More.`, null]);
});

test("where a page names its outputs nothing is looked for, and what it named is none of ours", () => {
  const chat = asked();
  assert.deepEqual(chat.finder.look([$(".theirs")], chat.now, true), []);
  const named = new Chat(LOG);
  named.ask("Why is the sky blue?");
  named.stream(SKY, answers(named));
  assert.deepEqual(named.finder.look([], named.now, false), []);
});

test("what came since the question is as old as it is, the rest is of no age", () => {
  const chat = new Chat(LOG);
  chat.ask("Why is the sky blue?");
  chat.wait(200);
  const put = answers(chat);
  chat.wait(300);
  chat.change(() => put(SKY));
  chat.now += 500;
  assert.deepEqual(chat.finder.agesOf($(".theirs"), chat.now), [800, 500]);
  assert.deepEqual(chat.finder.agesOf($("form"), chat.now), []);
});
