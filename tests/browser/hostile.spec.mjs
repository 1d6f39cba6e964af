// Pages that do what no page should, and some real ones do: the page goes on
// working, hears of no error of ours, and no task of ours holds it up.

import { expect, test as base } from "./house.mjs";
import { meter } from "./meter.mjs";

/** The budget is 10 ms; a loaded machine may stop us in the middle of any task. */
const TASK_MS_MAX = 50;

const WORDS = "An answer of some words that a person would read, at the pace at which models write them.";

const test = base.extend({
  /** A chat on a page that `before` made difficult before anything ran. */
  chat: async ({ page, site, house }, use, { annotations }) => {
    const chat = {
      complaints: [],
      async open(before = () => {}, { path = "hostile/chat", ...query } = {}) {
        page.on("pageerror", (error) => chat.complaints.push(`error: ${error.message}`));
        page.on("console", (message) => {
          if (message.type() === "error" || message.text().startsWith("tacit")) chat.complaints.push(message.text());
        });
        await page.addInitScript(meter);
        await page.addInitScript(() => {
          window.told = [];
          window.tacitOptions = { onError: (error) => window.told.push(error) };
        });
        await page.addInitScript(before);
        await page.goto(site.url(path, query));
        await page.waitForFunction(() => window.meter.started || window.told.length > 0);
      },
      /** The page works, and of us nothing is heard but what was `expected`. */
      async expectWell({ told = [], complaints = [] } = {}) {
        expect(await page.evaluate(() => window.works())).toBe(true);
        await page.locator("#note").fill("typed by a person");
        expect(await page.locator("#note").inputValue()).toBe("typed by a person");
        const { longest, total, calls } = await page.evaluate(() => window.meter);
        annotations.push({ type: "own time", description: `longest ${longest.toFixed(1)} ms of ${calls}, total ${total.toFixed(0)} ms` });
        expect((await page.evaluate(() => window.told)).map(({ code }) => code)).toEqual(told);
        expect(chat.complaints).toEqual(complaints);
        if (process.env.TACIT_METER) console.log(`own time: longest ${longest.toFixed(1)} ms of ${calls} calls, total ${total.toFixed(0)} ms`);
        expect(longest).toBeLessThan(TASK_MS_MAX);
      },
      /** An answer is noticed all the same. */
      async expectShown(id) {
        expect((await house.signals(id, "shown")).length).toBe(1);
      },
      answer: (words = WORDS) => page.evaluate(async (words) => (await window.answer(words)).getAttribute("data-ai-output"), words),
    };
    await use(chat);
  },
});

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
  await chat.expectWell();
  await chat.expectShown(await chat.answer());
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
    const boom = () => {
      throw new Error("patched to pieces");
    };
    for (const name of ["querySelectorAll", "contains"]) Document.prototype[name] = boom;
    for (const name of ["matches", "closest", "getAttribute"]) Element.prototype[name] = boom;
    Array.prototype.push = boom;
    Array.prototype.filter = boom;
    WeakMap.prototype.get = boom;
    window.performance.now = boom;
    Date.now = boom;
  });
  await page.mouse.move(50, 50);
  await page.waitForFunction(() => window.told.length > 0);
  await chat.expectWell({ told: ["capture_failed"], complaints: [expect.stringContaining("tacit: capture_failed")] });
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

test("names of elements that hide what a document and a form can do", async ({ chat, page }) => {
  await chat.open();
  const id = await page.evaluate(async () => {
    const form = document.createElement("form");
    form.id = "document";
    for (const name of ["closest", "parentElement", "matches", "contains", "firstChild", "getAttribute", "isConnected", "textContent", "tagName", "nodeType"]) {
      const input = document.createElement("input");
      input.name = name;
      form.append(input);
    }
    document.body.append(form);
    for (const name of ["querySelectorAll", "getSelection", "visibilityState", "documentElement", "createRange", "hasFocus"]) {
      const image = document.createElement("img");
      image.name = name;
      document.body.append(image);
    }
    // The output in the very form.
    return (await window.answer("An answer inside a form with such names, of some length.", form)).getAttribute("data-ai-output");
  });
  await page.locator(`[data-ai-output="${id}"]`).click();
  await page.keyboard.press("Control+c");
  await chat.expectWell();
  await chat.expectShown(id);
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

test("five thousand levels of elements", async ({ chat, page }) => {
  await chat.open();
  const id = await page.evaluate(async () => {
    let inner = document.getElementById("chat");
    for (let level = 0; level < 2_500; level += 1) inner = inner.appendChild(document.createElement("div"));
    const bubble = await window.answer("An answer at the bottom of it all.", inner);
    inner = bubble;
    for (let level = 0; level < 2_500; level += 1) inner = inner.appendChild(document.createElement("b"));
    inner.append("The very bottom.");
    return bubble.getAttribute("data-ai-output");
  });
  await page.mouse.click(20, 20);
  await chat.expectWell();
  await chat.expectShown(id);
});

test("ten thousand outputs", async ({ chat, page }) => {
  test.setTimeout(120_000);
  await chat.open();
  await page.evaluate((words) => {
    const all = document.createDocumentFragment();
    for (let n = 0; n < 10_000; n += 1) {
      const bubble = document.createElement("div");
      bubble.setAttribute("data-ai-output", `many-${n}`);
      bubble.textContent = `${n} ${words}`;
      all.append(bubble);
    }
    document.getElementById("chat").append(all);
  }, WORDS);
  await page.mouse.click(20, 20);
  await chat.expectShown(await chat.answer());
  await chat.expectWell();
});

test("an answer of two megabytes, that grows on", async ({ chat, page, house }) => {
  await chat.open();
  await page.evaluate(async (words) => {
    const bubble = await window.answer("A long one.");
    bubble.setAttribute("data-ai-output", "o-long");
    const paragraph = `${words} `.repeat(22);
    for (let n = 0; n < 1_000; n += 1) bubble.append(Object.assign(document.createElement("p"), { textContent: paragraph }));
    for (let n = 0; n < 30; n += 1) {
      bubble.append(" more");
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }, WORDS);
  const [shown] = await house.signals("o-long", "shown");
  expect(shown.chars).toBeGreaterThan(1_900_000);
  await page.evaluate(() => getSelection().selectAllChildren(document.querySelector("[data-ai-output=o-long]")));
  await page.keyboard.press("Control+c");
  const [copied] = await house.signals("o-long", "copied");
  expect(copied.share).toBeGreaterThan(0.99);
  await chat.expectWell();
});

test("five hundred mutations a second, and five thousand records in one frame", async ({ chat, page }) => {
  await chat.open();
  await page.evaluate(async () => {
    const noise = document.createElement("div");
    document.body.append(noise);
    for (let frame = 0; frame < 100; frame += 1) {
      for (let n = 0; n < 10; n += 1) {
        noise.append(document.createElement("i"), " ");
        if (noise.childNodes.length > 200) noise.firstChild.remove();
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    for (let n = 0; n < 5_000; n += 1) noise.append(document.createElement("u"));
    window.noise = setInterval(() => noise.append(" "), 2);
  });
  await chat.expectShown(await chat.answer());
  await chat.expectWell();
});
