import assert from "node:assert/strict";
import { test } from "node:test";
import { controls, isInMenu, mayStop, MEANINGS, stateOf } from "./controls.js";
import { at, el } from "./dom.fake.mjs";
import { late } from "./later.js";
import languages from "./names.js";
import { words } from "./naming.js";

let pages = 0;

/** What a page in this language knows of controls: a module of its own, as each page has. */
async function inPage(lang, adapter, load) {
  globalThis.document = { documentElement: { lang } };
  Object.defineProperty(globalThis, "navigator", { value: { languages: ["en-US"] }, configurable: true });
  const part = await import(`./naming.js?${pages++}`);
  if (load) part.names.load = load;
  part.learnNames();
  await part.names.loading;
  const page = controls(adapter ?? {});
  return {
    names: part.names,
    of(event) {
      late.part = part;
      return page.of(event);
    },
  };
}

const english = await inPage("en");
const german = await inPage("de");

/** What a click there means; undefined where a click is no act. */
function meaning(element, page = english) {
  const found = page.of(at(element));
  return found && MEANINGS[found[1]];
}

const named = (name, page) => meaning(el("button", { "aria-label": name }), page);
const seen = (name, ...others) => {
  const button = el("button", {}, name);
  el("div", {}, button, ...others.map((other) => el("button", {}, other)));
  return meaning(button);
};

test("names seen in real chats", () => {
  for (const [name, expected] of [
    ["Regenerate response", "regenerate"],
    ["Refresh", "regenerate"],
    ["Try Again", "regenerate"],
    ["Stop generating", "stop"],
    ["Good Response", "up"],
    ["Like", "up"],
    ["Thumbs down", "down"],
    ["Dislike", "down"],
    ["Not helpful", "down"],
    ["Don't like the style", "down"],
    ["👍 12", "up"],
    ["👎🏽", "down"],
    ["Save As Copy", "save"],
    ["Copy to clipboard", "copy"],
    ["Copy code", "copy"],
    ["Copied!", "copy"],
    ["Cancel", "cancel"],
    ["Close", "cancel"],
    ["✕", "cancel"],
    ["×", "cancel"],
    ["Edit", "edit"],
    ["Share", "share"],
    ["Download file", "download"],
    ["Previous message", "previous"],
    ["Next message", "next"],
    ["Insert at cursor", "accept"],
    ["Reject", "dismiss"],
  ]) {
    assert.equal(named(name), expected, name);
  }
});

test("other names are nothing", () => {
  for (const name of ["Send", " ", "Unlikely", "Non-stopping", "Read aloud", "More", "Alike", "Editor", "I would like to know how the sky became so blue"]) {
    assert.equal(named(name), undefined, name);
  }
});

test("words that are seen may be a question to click on", () => {
  for (const name of ["More like this", "What is it like?", "Helpful tips", "How do I apply for this?", "Share it with whom?"]) {
    assert.equal(seen(name, "What else?"), undefined, name);
  }
  for (const name of ["More like this", "Looks like rain?", "I would like to book"]) assert.equal(seen(name, "Dislike"), undefined, name);
  assert.equal(seen("Helpful", "Not helpful"), "up");
  assert.equal(seen("Not helpful", "Helpful"), "down");
  assert.equal(seen("Insert into document"), "accept");
  assert.equal(seen("Share"), "share");
  assert.equal(seen("👍"), "up");
  assert.equal(seen("✖"), "cancel");
  assert.equal(meaning(el("button", {}, el("i", { class: "lucide lucide-x size-4" }))), "cancel");
  assert.equal(meaning(el("button", { class: "space-x-2" })), undefined);
  const crowd = Array.from({ length: 20 }, () => "Dislike");
  assert.equal(seen("Like", ...crowd), undefined, "a list of messages, each with its own");
});

test("other languages, as real products have them", () => {
  for (const [name, expected] of [
    ["Mit „Gefällt mir nicht“ markieren", "down"],
    ["Mit „Gefällt mir“ markieren", "up"],
    ["Schlechte Antwort", "down"],
    ["Neu generieren", "regenerate"],
    ["Als Kopie speichern", "save"],
    ["In Zwischenablage kopieren", "copy"],
    ["Generierung stoppen", "stop"],
    ["Vorherige Nachricht", "previous"],
    ["Je n’aime pas", "down"],
    ["J’aime", "up"],
    ["Pas utile", "down"],
    ["Regénérer la réponse", "regenerate"],
    ["No me gusta", "down"],
    ["Regenerar Respuesta", "regenerate"],
    ["Não gostei", "down"],
    ["Tentar novamente", "regenerate"],
    ["Non mi piace", "down"],
    ["Copia negli appunti", "copy"],
    ["Niet leuk", "down"],
    ["Nie podoba mi się", "down"],
    ["Podoba mi się", "up"],
    ["Не нравится", "down"],
    ["Нравится", "up"],
    ["Скопировать в буфер обмена", "copy"],
    ["Не подобається", "down"],
    ["Beğenme", "down"],
    ["Beğen", "up"],
    ["لم يعجبني", "down"],
    ["أعجبني", "up"],
    ["नापसंद", "down"],
    ["पसंद करें", "up"],
    ["कॉपी के रूप में सहेजें", "save"],
    ["Tidak suka", "down"],
    ["Suka", "up"],
    ["Không thích", "down"],
    ["Thích", "up"], // written with a combining accent
    ["Sao chép", "copy"],
    ["低評価", "down"],
    ["高評価", "up"],
    ["役に立たなかった", "down"],
    ["役に立った", "up"],
    ["回答を再生成", "regenerate"],
    ["불만족", "down"],
    ["만족", "up"],
    ["응답 재생성", "regenerate"],
    ["不喜欢", "down"],
    ["喜欢", "up"],
    ["重新生成回答", "regenerate"],
    ["停止生成", "stop"],
    ["不喜歡", "down"],
    ["重新產生回應", "regenerate"],
  ]) {
    assert.equal(named(name, german), expected, name);
  }
});

test("every word means in all languages together what it means in its own", () => {
  for (const [language, meanings] of Object.entries(languages)) {
    assert.deepEqual(Object.keys(meanings).filter((meaning) => !MEANINGS.includes(meaning)), [], language);
    assert.deepEqual(MEANINGS.filter((meaning) => !meanings[meaning]), [], `${language} lacks`);
    for (const [expected, list] of Object.entries(meanings)) {
      for (const word of list.split("|")) {
        const plain = word.replace("*", "");
        assert.equal(words(plain), `^ ${plain} `, `${language}: written as names are compared`);
        if (expected !== "star") assert.equal(named(plain, german), expected, `${language}: ${word}`);
      }
    }
  }
});

test("names are loaded where a page may need them, and only then", async () => {
  let loads = 0;
  const load = async () => ({ default: (loads++, languages) });
  assert.equal((await inPage("en-GB", null, load)).names.loading, null);
  assert.equal(loads, 0);
  await inPage("ja", null, load);
  assert.equal(loads, 1);
  // An English page with a button in another language asks for them then.
  const page = await inPage("en", null, load);
  assert.equal(named("重新生成", page), undefined);
  assert.equal(named("重试", page), undefined);
  await page.names.loading;
  assert.equal(loads, 2);
  assert.equal(named("重新生成", page), "regenerate");
});

test("without the names English is left", async () => {
  const page = await inPage("de", null, async () => {
    throw new Error("blocked");
  });
  assert.equal(named("Copy", page), "copy");
  assert.equal(named("Kopieren", page), undefined);
});

test("names in order of what they say", () => {
  const label = el("span", { id: "n" }, "Retry");
  const button = (attributes, ...children) => {
    const button = el("button", attributes, ...children);
    el("main", {}, label, button, el("span", { id: "tip" }, "Copy to clipboard"));
    return meaning(button);
  };
  assert.equal(button({ "aria-label": "Stop", title: "Share" }, "Edit"), "stop");
  assert.equal(button({ "aria-labelledby": "n", title: "Share" }, "Edit"), "regenerate");
  assert.equal(button({ title: "Share" }, "Edit"), "edit");
  assert.equal(button({ "aria-label": " ", title: "Share" }), "share");
  assert.equal(button({ title: "Share" }, el("img", { alt: "Edit" })), "edit");
  assert.equal(button({ "aria-describedby": "tip" }), "copy", "a tooltip");
  assert.equal(button({ "data-testid": "thumbsDownButton", class: "btn" }), "down");
  assert.equal(button({ id: "stop-button" }), "stop");
  assert.equal(button({ class: "btn copy-code-button" }), "copy");
  assert.equal(button({ class: "button-like" }), undefined);
  assert.equal(button({ class: "btn like-button" }), "up");
  assert.equal(button({}, el("svg", { class: "lucide lucide-thumbs-up" })), "up");
  assert.equal(button({}, el("svg", { "data-icon": "arrows-rotate" })), "regenerate");
  assert.equal(button({}, el("svg", {}, el("use", { href: "#icon-share" }))), "share");
  assert.equal(button({}, el("svg", { class: "rotate-180 size-4" })), undefined);
});

test("leaves are controls, what holds them is not", () => {
  const text = el("p", {}, "Text");
  assert.equal(english.of(at(el("div", { tabindex: "0" }, el("article", {}, text), el("button", {}, "Copy")))), undefined);
  const message = el("div", { tabindex: "0" }, el("p", {}, "I like the sky that is so blue today, and dislike the rain that will come"));
  assert.equal(english.of(at(message)), undefined, "long");
  assert.equal(meaning(el("span", { tabindex: "0" }, "Retry")), "regenerate");
  const card = el("div", { role: "button" }, el("span", {}, "Like"), el("button", {}, "Share"));
  assert.equal(english.of(at(card)), undefined);
  assert.equal(meaning(card.childNodes[1]), "share");
  assert.equal(english.of(at(text)), undefined);
  assert.equal(meaning(Object.assign(el("textarea", { tabindex: "0" }))), undefined);
  assert.equal(meaning(el("div", { role: "menuitemradio" }, "Retry")), "regenerate");
  assert.equal(meaning(el("a", { href: "/x" }, "Share")), undefined, "a link leads somewhere");
  assert.equal(meaning(el("a", { download: "" }, "Save as file")), "save");
  assert.equal(meaning(el("div", { "data-tacit-private": "" }, el("p", {}, el("button", {}, "Copy"))).childNodes[0].childNodes[0]), undefined);
});

test("which star it is", () => {
  const stars = (kind, label, count) => Array.from({ length: count }, (_, n) => el(kind, { "aria-label": label(n + 1) }));
  const of = (row, place, known = english) => {
    el("div", {}, el("div", {}, ...row), el("button", {}, "Send"));
    return known.of(at(row[place])).slice(3);
  };
  assert.deepEqual(of(stars("button", (n) => `${n} stars`, 5), 3), [4, 5]);
  assert.deepEqual(of(stars("button", () => "star", 5), 0), [1, 5]);
  assert.deepEqual(of(stars("button", (n) => `${6 - n} stars`, 5), 0), [5, 5], "written from right to left");
  assert.deepEqual(of(stars("button", (n) => `${n} von 10 Sternen`, 10), 6, german), [7, 10]);
  assert.deepEqual(of(stars("button", () => "Star", 1), 0), [], "a bookmark");
  assert.deepEqual(of(stars("button", () => "☆", 3), 2), [3, 3]);
});

test("the look of a toggle", () => {
  assert.equal(stateOf(el("button", { "aria-pressed": "true" }))[0], "+");
  assert.equal(stateOf(el("button", { role: "radio", "aria-checked": "false" }))[0], "-");
  assert.equal(stateOf(Object.assign(el("input", { type: "radio" }), { type: "radio", checked: true }))[0], "+");
  const looks = (attributes, ...children) => stateOf(el("button", attributes, ...children));
  assert.equal(looks({})[0], "?");
  assert.notEqual(looks({ class: "a" }), looks({ class: "a on" }));
  assert.notEqual(looks({}), looks({ "data-submitted": "true" }));
  assert.notEqual(looks({}, el("svg", { class: "copy" })), looks({}, el("svg", { class: "check" })));
  assert.equal(looks({ "data-state": "closed" }), looks({ "data-state": "delayed-open" }), "a tooltip");
  assert.equal(stateOf(Object.assign(el("button"), { isConnected: false })), "");
});

test("an adapter names controls that say nothing", async () => {
  const page = await inPage("en", { controls: [["regenerate", "i[data-x=again]"], ["down", "[["]] });
  assert.equal(meaning(el("div", {}, el("i", { "data-x": "again" })).childNodes[0], page), "regenerate");
  assert.equal(named("Copy", page), "copy");
});

test("an adapter names shortcuts", async () => {
  const page = await inPage("en", { keys: [["accept", "Tab"], ["regenerate", "Ctrl+Shift+R"]] });
  const place = el("textarea");
  const press = (key, held = {}) => {
    const found = page.of({ ...at(place), type: "keydown", key, ...held });
    return found && [found[0] === place, MEANINGS[found[1]]];
  };
  assert.deepEqual(press("Tab"), [true, "accept"]);
  assert.deepEqual(press("R", { ctrlKey: true, shiftKey: true }), [true, "regenerate"]);
  assert.equal(press("Tab", { shiftKey: true }), undefined);
  assert.equal(press("R"), undefined);
});

test("Enter on what only says that it is a control is a click; where the browser makes one of it, in a field, and any other key is none", () => {
  const press = (element, key = "Enter") => {
    const found = english.of({ ...at(element), type: "keydown", key });
    return found && [found[0] === element, MEANINGS[found[1]]];
  };
  const button = el("div", { role: "button", "aria-label": "Stop" });
  assert.deepEqual(press(button), [true, "stop"]);
  assert.equal(press(button, "a"), undefined);
  for (const [tag, attributes] of [["button", {}], ["a", { href: "/", role: "button" }], ["input", { type: "radio" }], ["textarea", {}]]) {
    assert.equal(press(el(tag, { "aria-label": "Stop", ...attributes })), undefined, tag);
  }
  const field = el("input", { type: "text" });
  el("div", { role: "button" }, field);
  assert.equal(press(field), undefined);
});

test("menus and composers", () => {
  const item = el("div", { role: "menuitem" }, "Retry");
  el("div", { role: "menu" }, item);
  assert.equal(isInMenu(item), true);
  assert.equal(isInMenu(el("button")), false);
  const button = el("button");
  const composer = Object.assign(el("textarea"), { value: " " });
  el("form", {}, composer, el("div", {}, button));
  assert.equal(mayStop(button), true);
  composer.value = "And now?";
  assert.equal(mayStop(button), false, "it sends");
  assert.equal(mayStop(el("main", {}, el("button")).childNodes[0]), false);
});
