// Each rule by itself, on as little of a page as it needs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { $, draw } from "./page.fake.mjs";

const { bodyOf, sizesOf } = await import("./body.js");
const { echoes, forms } = await import("./echo.js");
const { search } = await import("./growth.js");
const { notices } = await import("./notices.js");
const { bodySelector, learn } = await import("./signature.js");
const { bare, plainOf, textOf } = await import("./text.js");
const { hostOf, meet, holds, onShadow, path, up } = await import("./tree.js");

const LONG = "A cache keeps what was asked for lately close at hand, so that most requests never reach the store.";

test("the body is the deepest element with most of the text, and no paragraph of several", () => {
  draw(`<article><header>Bot</header><div class="body"><p>${LONG}</p><p>${LONG}</p></div><footer>2 / 2</footer></article>`);
  assert.equal(bodyOf($("article")).className, "body");
  draw(`<article><div class="body"><p>${LONG}</p></div><footer>2 / 2</footer></article>`);
  assert.equal(bodyOf($("article")).className, "body", "more paragraphs may follow");
  draw(`<article>${LONG}<div>Bot</div></article>`);
  assert.equal(bodyOf($("article")).tagName, "ARTICLE");
  draw(`<article><div>Intro: <div class="x">${LONG}</div></div></article>`);
  assert.equal(bodyOf($("article")).className, "", "text beside it belongs to it");
});

test("what is like the longest part is part of the answer; a button, code or table is no body by itself", () => {
  draw(`<article><div class="part">${LONG}${LONG}${LONG}${LONG}</div><div class="part">Short</div></article>`);
  assert.equal(bodyOf($("article")).tagName, "ARTICLE");
  draw(`<article><div class="part">${LONG}${LONG}${LONG}${LONG}</div><div class="else">Short</div></article>`);
  assert.equal(bodyOf($("article")).className, "part");
  draw(`<article><div class="part">${LONG}${LONG}${LONG}${LONG}</div><div class="else"><ul><li>Short</li></ul></div></article>`);
  assert.equal(bodyOf($("article")).tagName, "ARTICLE", "a list is text");
  for (const tag of ["button", "pre", "table"]) {
    draw(`<article><${tag}>${LONG}</${tag}></article>`);
    assert.equal(bodyOf($("article")).tagName, "ARTICLE", tag);
  }
});

test("what did not grow since the message was found does not count", () => {
  draw(`<article><aside>${LONG}</aside><div class="body"></div></article>`);
  const sizes = sizesOf($("article"));
  $(".body").textContent = LONG;
  assert.equal(bodyOf($("article"), sizes).className, "body");
  // Complete when it was found: all of it counts.
  assert.equal(bodyOf($("article"), sizesOf($("article"))).tagName, "ARTICLE");
});

test("echoes are found from the end of the page on, with a little more around, and not where nobody's turn is", () => {
  const find = (text, skips = () => false) => echoes(forms(text), skips).map(({ id }) => id);
  draw(`<main><p id="a">Why is it?</p><nav id="b">Why is it?</nav><button id="c">Why is it?</button><textarea id="d">Why is it?</textarea>
    <p id="e"><b id="f">You said:</b> <i id="g">Why is it?</i></p><p id="h">Why is it? I asked this one of them already before.</p><p id="i">Why is it so?</p></main>`);
  assert.deepEqual(find("Why is it?"), ["g", "a"]);
  assert.deepEqual(find("Why is it?", ({ id }) => id === "g"), ["a"]);
  draw(`<main><p id="a">Why is <b>it</b>?</p><p id="b">You: Why is it?</p></main>`);
  assert.deepEqual(find("Why is it?"), ["b", "a"]);
  draw(`<main>${"<p>Why is it?</p>".repeat(9)}</main>`);
  assert.equal(find("Why is it?").length, 6);
});

test("so much of a long prompt is enough, as pages fold the rest", () => {
  const find = (text) => echoes(forms(text), () => false).length;
  const [begin, rest] = [LONG.slice(0, 90), LONG.slice(90)];
  draw(`<p>${begin}</p>`);
  assert.equal(find(begin + rest), 1);
  draw(`<p>${LONG.slice(0, 40)}</p>`);
  assert.equal(find(LONG), 0, "too little");
});

const coming = { came: () => undefined, touched: () => 1, times: () => 1 };
const never = () => false;

test("a text grows at its end, before what stands below it, and with Markdown half written; not into another", () => {
  for (const [texts, grows] of [
    [["One", "One two", "One two three", "One two three four"], true],
    [["One now", "One two now", "One two three now", "One two three four now"], true],
    [["One two three [li", "One two three link and", "One two three link and more", "One two three link and more of it"], true],
    [["Bot", "Nov 27", "Today at noon", "Tomorrow at noon"], false],
    [["12:01", "12:0123", "12:01", "12:0145"], false],
    [["", "One", "One two", "One two three"], true],
  ]) {
    draw('<main><p id="q">Why?</p><p id="a"></p></main>');
    const { answer } = search();
    let best = null;
    texts.forEach((text, n) => {
      $("#a").textContent = text;
      best = answer([$("#q")], never, coming, false, 0, n * 150);
      if (n < 3) assert.equal(best, null, text);
    });
    assert.equal(Boolean(best), grows, texts.join());
  }
});

test("the answer is the deepest of what grows, not what holds an echo, is hidden, a control or refused", () => {
  draw(`<main><section><p id="q">Why?</p><p id="a"></p><p id="b" hidden></p><form id="c"></form><p id="r"></p></section><aside></aside></main>`);
  const { answer, grewAround } = search();
  let best;
  for (let n = 0; n < 4; n += 1) {
    for (const place of ["#a", "#b", "#c", "#r", "aside"]) $(place).append(`word ${place} `);
    best = answer([$("#q")], (element) => element.id === "r", coming, false, 0, n * 150);
  }
  assert.deepEqual([best.element.id, best.turn.id, best.echo.id, best.ticks], ["a", "q", "q", 3]);
  assert.deepEqual([grewAround($("#a")), grewAround($("#b")), grewAround($("#q"))], [true, false, false]);
});

test("an answer above its question is found in a list with the newest on top, one far below is not", () => {
  for (const [html, found] of [
    ['<main><p id="a"></p><p id="q">Why?</p></main>', true],
    ['<main><div id="a"></div><p id="q">Why?</p></main>', false],
    [`<main><p id="q">Why?</p>${"<i></i>".repeat(11)}<p id="a"></p></main>`, true],
    [`<main><p id="q">Why?</p>${"<i></i>".repeat(12)}<p id="a"></p></main>`, false],
  ]) {
    draw(html);
    const { answer } = search();
    let best;
    for (let n = 0; n < 4; n += 1) {
      $("#a").append("word ");
      best = answer([$("#q")], never, coming, false, 0, n * 150);
    }
    assert.equal(Boolean(best), found, html.slice(0, 40));
  }
});

test("a pane that is long from the start is none, unless it grows; what was not touched since the question neither", () => {
  const rest = (text, touched) => {
    draw('<main><p id="q">Why?</p><p id="a"></p></main>');
    $("#a").textContent = text;
    const { answer } = search();
    answer([$("#q")], never, { ...coming, touched: () => touched }, true, 0, 0);
    return Boolean(answer([$("#q")], never, { ...coming, touched: () => touched }, true, 0, 9_000));
  };
  assert.deepEqual([rest(LONG, 1), rest(LONG, undefined), rest("x".repeat(20_001), 1), rest("", 1)], [true, false, false, false]);
});

test("what came with the question and never grew is part of it", () => {
  draw(`<main><p id="q">Why?</p><p id="a">${LONG}</p></main>`);
  const at = (ms) => ({ ...coming, came: (element) => (element.id === "a" ? ms : element.id === "q" ? 1_000 : 900) });
  for (const [ms, found] of [[1_100, false], [1_149, false], [1_150, true]]) {
    const { answer } = search();
    answer([$("#q")], never, at(ms), true, 0, 1_200);
    assert.equal(Boolean(answer([$("#q")], never, at(ms), true, 0, 9_000)), found, String(ms));
  }
});

test("messages are told apart by a mark that one has and the other lacks: a role, a class, an icon inside", () => {
  const learned = (mine, theirs) => {
    draw(`<main>${mine}${theirs}</main>`);
    const [turn, message] = $("main").children;
    const { selector, up: levels } = learn(message, bodyOf(message), turn) ?? {};
    return selector && [selector, levels];
  };
  const p = `<p>${LONG}</p><p>${LONG}</p>`;
  assert.deepEqual(learned('<div data-role="user">Why?</div>', `<div data-role="model">${p}</div>`), ['div[data-role="model"]', 0]);
  assert.deepEqual(learned('<div class="row mine">Why?</div>', `<div class="row theirs">${p}</div>`), ["div.theirs", 0]);
  assert.deepEqual(learned('<div class="row"><div>Why?</div></div>', `<div class="row"><div class="prose">${p}</div></div>`), ["div.prose", 1]);
  assert.deepEqual(learned('<div class="row">Why?</div>', `<div class="row"><i class="robot"></i><div>${p}</div></div>`), ["i.robot", 1]);
  assert.equal(learned('<div class="row">Why?</div>', `<div class="row"><div>${p}</div></div>`), undefined);
  assert.equal(learned('<div class="row">Why?</div>', `<div class="row"><button class="copy">Copy</button><div>${p}</div></div>`), undefined, "controls come and go");
});

test("what only one message is called by tells nothing of others: ids in classes and data", () => {
  const uuid = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed";
  for (const [own, ...rest] of [[`class="message-${uuid}"`], ['class="msg-1795749440409"'], ['data-from="m17"'], [`data-type="${"x".repeat(60)}"`]]) {
    assert.deepEqual(rest, []);
    draw(`<main><div>Why?</div><div ${own}><div><div><div><div><div class="their-text"><p>${LONG}</p><p>${LONG}</p></div></div></div></div></div></div></main>`);
    const [turn, message] = $("main").children;
    const { selector, up: levels } = learn(message, bodyOf(message), turn);
    assert.deepEqual([selector, levels], ["div.their-text", 5], own);
  }
});

test("a body is found in its message again by a mark, or by its place", () => {
  draw(`<article><div class="aa"></div><div class="bb"><div>x</div><div>y</div></div></article>`);
  const message = $("article");
  assert.equal(bodySelector(message, message), null);
  assert.equal(bodySelector(message, $(".bb")), "div.bb");
  const selector = bodySelector(message, $(".bb").lastChild);
  assert.equal(selector, ":scope>div:nth-of-type(2)>div:nth-of-type(2)");
  assert.equal(message.querySelector(selector), $(".bb").lastChild);
});

test("a notice is short, whole, and comes after a stop: nothing else is one", () => {
  const about = () => true;
  const note = (text = "You have stopped this.") => draw(`<p>${text}</p>`);
  const { used, isNotice } = notices();
  assert.equal(isNotice(note(), about), false, "nothing was stopped");
  const [STOP, COPY] = [2, 13];
  used(document.body, STOP, {});
  assert.equal(isNotice(note(LONG), about), false, "it says too much");
  assert.equal(isNotice(note(), () => false), false, "about something else");
  const known = note();
  assert.equal(isNotice(known, about), true);
  used(document.body, COPY, {});
  assert.equal(isNotice(known, about), true, "once known it stays one");
  known.append(" And more.");
  assert.equal(isNotice(known, about), false, "what grows was none");
  assert.equal(isNotice(note(), about), false, "another control was used");
  // One without a name stops if it stands with an empty composer.
  draw('<form><textarea></textarea><button id="nameless"></button></form>');
  used($("#nameless"), -1, {});
  const notice = document.createElement("p");
  assert.equal(isNotice(notice, about), true);
  used(document.createElement("button"), -1, {});
  assert.equal(isNotice(document.createElement("p"), about), false);
});

test("texts are compared by letters and digits, or by all they have; a copy for other readers does not count", () => {
  assert.equal(bare("**Why** is\nit, 42?"), "whyisit42");
  assert.equal(bare(" 👍 🙏 "), "👍🙏");
  draw('<p>Yes.<i aria-hidden="true">Yes.</i><b aria-hidden="true"></b></p>');
  assert.equal(plainOf($("p")), "Yes.");
});

test("open shadow roots are part of the page, and heard of once they are met", () => {
  draw('<main><div id="host">beside</div></main>');
  const host = $("#host");
  const root = host.attachShadow({ mode: "open" });
  root.innerHTML = "<p>Inside</p>";
  const met = [];
  onShadow((root) => met.push(root));
  meet(root);
  assert.deepEqual(met, [root]);
  const inner = root.firstChild;
  assert.deepEqual([up(inner), hostOf(root), hostOf($("main"))], [host, host, null]);
  assert.deepEqual([holds(host, inner), holds(inner, host), holds(host, host)], [true, false, true]);
  assert.deepEqual(path(inner, $("main")), [inner, host]);
  assert.equal(textOf($("main")), "Insidebeside");
  assert.equal(textOf(inner.firstChild), "Inside");
  assert.deepEqual(echoes(["inside"], () => false), [inner]);
});
