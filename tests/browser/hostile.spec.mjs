// Pages that do what no page should, and some real ones do.

import { expect, test } from "./hostile.mjs";

test("getters that throw on elements of the page", async ({ chat, page }) => {
  await chat.open();
  await page.evaluate(async () => {
    const bubble = await window.answer("An answer whose getters throw.");
    const note = document.getElementById("note");
    for (const element of [bubble, bubble.parentElement, note]) {
      for (const name of ["textContent", "value", "matches", "closest", "parentElement", "isConnected", "firstChild", "getAttribute", "contains", "shadowRoot"]) {
        Object.defineProperty(element, name, {
          get() {
            throw new Error(`the page's ${name}`);
          },
        });
      }
    }
    bubble.append(" More.");
  });
  await page.mouse.move(50, 50);
  await page.mouse.click(60, 20);
  await chat.expectWell({ mayRetire: true });
});

test("prototypes that were patched before and after us", async ({ chat, page }) => {
  const patch = () => {
    const boom = (name) => function () {
      if (/core\.js|tacit\.js/.test(new Error().stack)) throw new Error(`patched ${name}`);
      return undefined;
    };
    Object.defineProperty(Object.prototype, "polluted", { get: () => "yes", configurable: true });
    Object.prototype.id = "polluted-id";
    Array.prototype.extra = function () {};
    Array.prototype.flat = boom("flat");
    JSON.parse = boom("JSON.parse");
    JSON.stringify = boom("JSON.stringify");
    const { closest } = Element.prototype;
    Element.prototype.closest = function (selector) {
      return closest.call(this, selector);
    };
    Map.prototype.emplaceAll = boom("map");
    Promise.prototype.finally = boom("finally");
    Function.prototype.extra = boom("function");
  };
  await chat.open(patch);
  await page.evaluate(patch);
  await chat.expectWell();
  await chat.expectShown(await chat.answer());
});

test("prototypes that throw for good end the capture once, and not the page", async ({ chat, page }) => {
  await chat.open();
  await page.evaluate(() => {
    // For us alone: the program that drives this page stands on the same.
    const spoil = (object, ...names) => {
      for (const name of names) {
        const original = object[name];
        object[name] = function (...args) {
          if (/core\.js/.test(new Error().stack)) throw new Error(`${name} is patched to pieces`);
          return original.apply(this, args);
        };
      }
    };
    spoil(Document.prototype, "querySelectorAll", "contains");
    spoil(Element.prototype, "matches", "closest", "getAttribute");
    spoil(Array.prototype, "push", "filter", "find", "shift");
    spoil(WeakMap.prototype, "get", "has", "set");
    spoil(EventTarget.prototype, "removeEventListener");
    spoil(window.performance, "now");
    spoil(Date, "now");
  });
  await page.mouse.move(50, 50);
  await page.waitForFunction(() => window.told.length > 0);
  await chat.expectWell({ mayRetire: true });
});

test("everything frozen", async ({ chat }) => {
  await chat.open(() => {
    for (const type of [window.Clipboard, Element, Node, EventTarget, Document, Object, Array, Promise, Map, WeakMap, Function]) {
      Object.freeze(type?.prototype);
    }
    Object.freeze(navigator.clipboard);
  });
  await chat.expectWell();
  await chat.expectShown(await chat.answer());
});

test("things that are missing: storage, clipboard, beacons, idle callbacks, observers of views", async ({ chat, page }) => {
  await chat.open(() => {
    const gone = (object, name) => Object.defineProperty(object, name, { get: () => undefined, configurable: true });
    for (const name of ["localStorage", "sessionStorage", "indexedDB"]) {
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException("denied", "SecurityError");
        },
      });
    }
    for (const name of ["clipboard", "sendBeacon", "userActivation", "locks", "serviceWorker"]) gone(Navigator.prototype, name);
    delete window.Clipboard;
    delete window.IntersectionObserver;
    delete window.requestIdleCallback;
    delete window.fetchLater;
    delete AbortSignal.timeout;
  });
  const id = await chat.answer();
  await chat.expectWell();
  await chat.expectShown(id);
  await page.goto("about:blank");
});

/** An answer in a form whose fields have such names, and pictures with others. */
function clobber({ fields, pictures }) {
  const form = document.createElement("form");
  form.id = "document";
  for (const name of fields) {
    const input = document.createElement("input");
    input.name = name;
    form.append(input);
  }
  document.body.append(form);
  for (const name of pictures) {
    const image = document.createElement("img");
    image.name = name;
    document.body.append(image);
  }
  return window.answer("An answer inside a form with such names, of some length.", form).then((bubble) => bubble.getAttribute("data-ai-output"));
}

test("names that hide properties of a form, as forms have them", async ({ chat, page }) => {
  await chat.open();
  const fields = ["id", "name", "title", "action", "method", "target", "children", "length", "value", "style", "text", "lang", "role"];
  const id = await page.evaluate(clobber, { fields, pictures: ["title", "links", "forms", "location2", "cookie2"] });
  await page.locator("form article").click({ clickCount: 3 });
  await page.keyboard.press("Control+c");
  await chat.expectShown(id);
  await chat.expectWell();
});

test("names that hide what walks a tree, as no form has them", async ({ chat, page }) => {
  await chat.open();
  await page.evaluate(clobber, {
    fields: ["closest", "parentElement", "parentNode", "previousSibling", "lastChild", "shadowRoot", "children", "childNodes", "ownerDocument", "getRootNode", "matches", "contains", "firstChild", "getAttribute", "isConnected", "textContent", "tagName", "nodeType"],
    pictures: ["querySelectorAll", "getSelection", "visibilityState", "createRange", "hasFocus"],
  });
  await page.mouse.click(100, 60, { clickCount: 3 });
  await page.keyboard.press("Control+c");
  await page.evaluate(() => [...document.images].forEach((image) => image.remove()));
  await chat.expectWell({ mayRetire: true });
});

test("document.write over the whole page", async ({ chat, page }) => {
  await chat.open();
  await page.evaluate(() => {
    document.open();
    document.write('<main id=chat></main><button id=button>Count <span id=clicks>0</span></button><textarea id=note></textarea>');
    document.close();
    document.getElementById("button").onclick = () => (document.getElementById("clicks").textContent = Number(document.getElementById("clicks").textContent) + 1);
  });
  await chat.expectWell();
});

test("a document in design mode, iframes, adopted and removed nodes", async ({ chat, page }) => {
  await chat.open();
  await page.evaluate(async () => {
    document.designMode = "on";
    const frame = document.createElement("iframe");
    document.body.append(frame);
    const bubble = await window.answer("An answer that moves to another document and back again.");
    frame.contentDocument.body.append(frame.contentDocument.adoptNode(bubble));
    await new Promise((resolve) => setTimeout(resolve, 400));
    document.getElementById("chat").append(document.adoptNode(bubble));
    frame.remove();
    bubble.normalize();
    for (let n = 0; n < 50; n += 1) {
      const node = document.createElement("p");
      bubble.append(node);
      node.remove();
    }
    document.designMode = "off";
  });
  await chat.expectWell();
  await chat.expectShown(await chat.answer());
});

test("libraries that wrap the clipboard before and after us", async ({ chat, page, house }) => {
  await chat.open(() => {
    // As zone.js patches methods: a wrapper that keeps the original beside it.
    window.calls = [];
    window.wrap = (name) => {
      const original = Clipboard.prototype.writeText;
      Clipboard.prototype.writeText = function (...args) {
        window.calls.push(name);
        return original.apply(this, args);
      };
      return original;
    };
    window.native = window.wrap("before");
  });
  const id = await chat.answer();
  await chat.expectShown(id);
  await page.evaluate(() => {
    window.ours = window.wrap("after");
    document.getElementById("button").addEventListener("click", async () => {
      window.copying = navigator.clipboard.writeText(document.querySelector("[data-ai-output]").textContent);
    });
  });
  await page.locator("#button").click();
  await page.evaluate(() => window.copying);
  await house.signals(id, "copied");
  expect(await page.evaluate(() => window.calls)).toEqual(["after", "before"]);

  await page.evaluate(() => window.tacit.stop());
  await page.locator("#button").click();
  await page.evaluate(() => window.copying);
  const { calls, isPassedThrough } = await page.evaluate(async () => {
    const result = window.ours.call(navigator.clipboard, "straight through");
    await result;
    return { calls: window.calls, isPassedThrough: (await navigator.clipboard.readText()) === "straight through" };
  });
  expect(calls).toEqual(["after", "before", "after", "before", "before"]);
  expect(isPassedThrough).toBe(true);
  expect(await page.evaluate(() => window.ours.call({}, "x").catch((error) => error.name))).toBe("TypeError");
  expect((await house.signals(id, "copied")).length).toBe(1);
});

test("started twice, by two bundles, in strict mode and again by hot reload", async ({ chat, page, house }) => {
  await chat.open();
  const id = await page.evaluate(async () => {
    const { src, dataset } = document.querySelector("script[data-key]");
    const again = (attributes) =>
      new Promise((resolve) => {
        const script = Object.assign(document.createElement("script"), { src, onload: resolve });
        Object.assign(script.dataset, attributes);
        document.head.append(script);
      });
    const first = window.tacit;
    await again(dataset);
    if (window.tacit !== first) throw new Error("a second handle");
    // Strict mode: start, stop, start; hot reload: the same with another copy of the code.
    for (let n = 0; n < 3; n += 1) {
      window.tacit.stop();
      await again(dataset);
      if (window.tacit === first) throw new Error("the handle that was stopped");
    }
    const bubble = await window.answer("An answer after all of that, which is seen once and not four times.");
    return bubble.getAttribute("data-ai-output");
  });
  await chat.expectShown(id);
  await chat.expectWell();
  await page.evaluate(() => window.tacit.flush());
  expect((await house.signals(id, "shown")).length).toBe(1);
});

test("a private part of the page is not read, and costs nothing", async ({ chat, page, house }) => {
  await chat.open(() => {
    window.reads = [];
    window.isOurs = () => /core\.js|tacit\.js/.test(new Error().stack);
    const spy = (type, name) => {
      const { get, ...rest } = Object.getOwnPropertyDescriptor(type.prototype, name);
      Object.defineProperty(type.prototype, name, {
        ...rest,
        get() {
          const value = get.call(this);
          if (typeof value === "string" && value.includes("hush") && window.isOurs()) window.reads.push(`${name}: ${value}`);
          return value;
        },
      });
    };
    spy(Node, "textContent");
    spy(Node, "nodeValue");
    spy(CharacterData, "data");
    spy(HTMLElement, "innerText");
    spy(Element, "innerHTML");
    spy(HTMLTextAreaElement, "value");
    spy(HTMLInputElement, "value");
    const { toString } = Range.prototype;
    Range.prototype.toString = function () {
      const text = toString.call(this);
      if (text.includes("hush") && window.isOurs()) window.reads.push(`range: ${text}`);
      return text;
    };
  });
  await page.evaluate(async () => {
    const secret = document.createElement("section");
    secret.setAttribute("data-tacit-private", "");
    secret.innerHTML = "<div data-ai-output=o-hush>hush, an answer</div><textarea id=hushed>hush, an edit</textarea><button aria-label=Copy>hush</button>";
    document.body.append(secret);
    const bubble = await window.answer("An answer with a private part in it, and more.");
    bubble.insertAdjacentHTML("beforeend", "<i data-tacit-private>hush, a name</i>");
  });
  const id = "o-0";
  await chat.expectShown(id);
  await page.locator("#hushed").click();
  await page.keyboard.type("hush hush");
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Control+c");
  await page.getByRole("button", { name: "Copy" }).click();
  await page.locator(`[data-ai-output="${id}"]`).click({ clickCount: 3 });
  await page.keyboard.press("Control+c");
  await house.signals(id, "copied");
  await chat.expectWell();
  expect(await page.evaluate(() => window.reads)).toEqual([]);
  expect(await house.find("o-hush")).toBe(null);
});
