// Pages of many, long, deep and fast-changing parts: none of our tasks holds them up,
// and nothing stays behind.

import { expect, test, WORDS } from "./hostile.mjs";

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
  // Of what is longer than any answer the beginning counts.
  expect(shown.chars).toBeLessThanOrEqual(100_000);
  expect(shown.chars).toBeGreaterThan(90_000);
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

test("a page that makes us take too long hears so once, and is looked at less", async ({ chat, page }) => {
  test.setTimeout(120_000);
  await chat.open(() => {
    const isOurs = () => /core\.js/.test(new Error().stack);
    // Every look at a text takes longer than a task of ours may take in all.
    const { get, ...rest } = Object.getOwnPropertyDescriptor(Node.prototype, "textContent");
    window.reads = 0;
    Object.defineProperty(Node.prototype, "textContent", {
      ...rest,
      get() {
        if (isOurs()) {
          window.reads += 1;
          for (const started = performance.now(); performance.now() - started < 12; );
        }
        return get.call(this);
      },
    });
    // How long our looks are waited for, before we said that they take too long and after.
    const later = window.setTimeout;
    window.waits = [[], []];
    window.setTimeout = (fn, ms) => {
      if (!isOurs()) return later(fn, ms);
      const looks = window.waits[window.told.length];
      return later(() => {
        const before = window.reads;
        fn();
        if (window.reads > before) looks.push(ms);
      }, ms);
    };
  });
  const id = await chat.answer(`${WORDS} `.repeat(80).trim());
  const [usual, slow] = await page.evaluate(() => window.waits);
  expect(Math.min(...usual)).toBeLessThan(1_000);
  expect(slow).not.toEqual([]);
  expect(slow.filter((ms) => ms < 1_000)).toEqual([]);
  await chat.expectShown(id);
  expect((await page.evaluate(() => window.told)).map(({ code }) => code)).toEqual(["slowed_down"]);
  expect(await page.evaluate(() => window.works())).toBe(true);
});

test("a thousand answers and two hundred shadow roots that come and go leave nothing behind", async ({ chat, page }) => {
  test.setTimeout(120_000);
  await chat.open();
  const session = await page.context().newCDPSession(page);
  const round = (answers, roots) =>
    page.evaluate(
      async ({ answers, roots }) => {
        const main = document.getElementById("chat");
        for (let n = 0; n < answers; n += 1) {
          const article = main.appendChild(document.createElement("article"));
          const host = n < roots ? article.attachShadow({ mode: "open" }) : article;
          const bubble = document.createElement("div");
          bubble.setAttribute("data-ai-output", `o-${Math.random()}`);
          bubble.textContent = `Answer ${n} with some words that are new. `.repeat(5);
          host.append(bubble);
          if (n < roots) article.append(document.createElement("slot"));
          if (n % 50 === 49) {
            await new Promise((resolve) => setTimeout(resolve, 200));
            main.replaceChildren();
          }
        }
        main.replaceChildren();
        await new Promise((resolve) => setTimeout(resolve, 2_500));
      },
      { answers, roots },
    );
  const measure = async () => {
    for (let n = 0; n < 3; n += 1) await session.send("HeapProfiler.collectGarbage");
    const { usedSize } = await session.send("Runtime.getHeapUsage");
    const { nodes } = await session.send("Memory.getDOMCounters");
    return { bytes: usedSize, nodes };
  };
  // The first answers pay for what is made once.
  await round(100, 20);
  const before = await measure();
  await round(1_000, 200);
  const after = await measure();
  test.info().annotations.push({ type: "heap", description: `${after.bytes - before.bytes} bytes, ${after.nodes - before.nodes} nodes` });
  expect(after.nodes - before.nodes).toBeLessThan(20);
  expect(after.bytes - before.bytes).toBeLessThan(1_000_000);
  await chat.expectWell();
});
