// HTML of the documents. Each: the `page`, how its code `starts`, what a reader puts in (`fill`) and
// has beside it (`body`), and what its text promises (`holds`). Script tags name the options that
// capture has to start with; other markup stands in a page with the README's tag.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../../capture-wasm/build/tools.mjs";
import { snippet } from "../../../demo-site/server/page.mjs";
import { expect } from "../house.mjs";
import { ANSWER, CHAT, SECRETS } from "./bodies.mjs";

const PLACE = { key: "KEY", endpoint: "COLLECTOR/c" };
const { version } = JSON.parse(await readFile(join(root, "capture-wasm/package.json"), "utf8"));

const WITH_ADAPTER = `<script src="https://collector.example/capture/tacit.js" async
  data-key="pk_…" data-endpoint="https://collector.example/c"
  data-adapter='{
    "output": `;
/** The first answer of a conversation, as the documents mark it. */
const FIRST = { conversation: "c-1", turn: 0, variant: 0 };

export const HTML = [
  {
    page: "README.md",
    starts: "<script src=",
    options: PLACE,
    body: CHAT,
    /** “Answers, controls and the composer are found by what they do.” */
    async holds({ page, heard }) {
      await page.locator("#box").fill("Why is the sky blue?");
      await page.keyboard.press("Enter");
      const { output } = await heard("shown", { words: 19 });
      await page.locator("#log p").last().click({ clickCount: 3 });
      await page.keyboard.press("Control+c");
      await heard("copied", { output, via: "selection", share: 1 });
    },
  },
  {
    page: "quick-start.md",
    starts: "<script src=",
    options: PLACE,
    body: ANSWER,
    async holds({ page, heard }) {
      await heard("shown", { output: "o-1" });
      await page.getByRole("button", { name: "Good response" }).click();
      await heard("rated", { output: "o-1", value: 1 });
    },
  },
  {
    page: "integrate.md",
    starts: "<script src=",
    options: PLACE,
    body: ANSWER,
    /** “The handle is `window.tacit`.” */
    async holds({ page, heard }) {
      await page.evaluate(() => window.tacit.signal("o-1", "converted", { name: "order" }));
      await heard("converted", { output: "o-1", name: "order" });
    },
  },
  {
    page: "integrate.md",
    starts: '<script type="importmap">',
    options: PLACE,
    body: ANSWER,
    /** With the hashes that the collector lists. */
    async fill(code, { url }) {
      const hashes = await (await fetch(`${url}/capture/v/${version}/integrity.json`)).json();
      const named = [...code.matchAll(/\/v\/([\d.]+)\/([\w.]+)(?:\?…)?"/g)];
      const modules = Object.keys(hashes).map((name) => name.split("?")[0]).filter((name) => name.endsWith(".js"));
      expect(named.map(([, , name]) => name).sort(), "files that have a hash").toEqual(modules.sort());
      expect(new Set(named.map(([, version]) => version))).toEqual(new Set([version]));
      for (const [name, hash] of Object.entries(hashes)) {
        const [file, query] = name.split("?");
        code = code.replace(new RegExp(`(/${file.replace(".", "\\.")})(\\?…)?(": "|" async\\s+integrity=")sha384-…`), (_, place, changes, between) => place + (changes ? `?${query}` : "") + between + hash);
      }
      expect(code.replace("pk_…", ""), "hashes that nobody filled in").not.toContain("…");
      return code;
    },
    async holds({ page, heard, changed }) {
      await heard("shown", { output: "o-1" });
      await page.getByRole("button", { name: "Good response" }).click();
      await heard("rated", { output: "o-1" });
      // They are what the browser goes by: with another hash of the core it has none of it.
      const other = await changed({ html: (html) => html.replace(/(core\.js\?\w+": "sha384-)(.)/, (_, before, first) => before + (first === "A" ? "B" : "A")) });
      await expect.poll(() => other.evaluate(() => window.told)).toEqual(["capture_unavailable"]);
    },
  },
  {
    page: "first-party.md",
    starts: "<script src=",
    options: { key: "KEY", endpoint: "/t" },
    body: ANSWER,
    /** “No other host, no second connection.” */
    async holds({ page, heard }) {
      await heard("shown", { output: "o-1" });
      const hosts = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => new URL(name).origin));
      expect(new Set(hosts)).toEqual(new Set([new URL(page.url()).origin]));
    },
  },
  {
    page: "adapters.md",
    starts: `${WITH_ADAPTER}".message`,
    options: {
      ...PLACE,
      adapter: {
        output: ".message.assistant .body",
        id: "data-message-id",
        conversation: "data-thread",
        turn: "data-index",
        variant: "data-branch",
        composer: "#prompt",
      },
    },
    body: `<section id="thread" data-thread="t-7">
      <div class="message user"><div class="body">Please tell me what the canary is there for, and who listens to it.</div></div>
      <div class="message assistant" data-message-id="m-9" data-index="2" data-branch="1">
        <div class="body">The canary sings in the mine, and the miners listen to it all day long.</div>
      </div>
    </section>
    <p data-ai-output="o-1">Nothing but what the selector finds is an answer, whatever attributes it has.</p>
    <input id="prompt">
    <script>
      document.querySelector("#prompt").onkeydown = ({ key, target }) => {
        if (key !== "Enter") return;
        const asked = document.querySelector(".user").cloneNode(true);
        asked.firstElementChild.textContent = target.value;
        thread.append(asked);
        target.value = "";
      };
    </script>`,
    async holds({ page, heard, outputs }) {
      await heard("shown", { output: "m-9", conversation: "t-7", turn: 2, variant: 1, words: 15 });
      await page.locator("#prompt").fill("And what does it mean when it falls silent?");
      await page.keyboard.press("Enter");
      await heard("followed_up", { output: "m-9", intent: "other" });
      // “A declared adapter switches `auto` off.”
      expect(await outputs()).toEqual(["m-9"]);
    },
  },
  {
    page: "adapters.md",
    starts: `${WITH_ADAPTER}".answer`,
    options: {
      ...PLACE,
      adapter: {
        output: ".answer",
        id: "data-message",
        controls: { accept: ".answer .use-it", dismiss: ".answer .not-this" },
        keys: { accept: "Tab", dismiss: "Escape" },
      },
    },
    body: ["m-1", "m-2"]
      .map((id) => `<div class="answer" data-message="${id}">Dear all, the meeting is moved to Monday at ten. <i class="use-it">✓</i><i class="not-this">✗</i></div>`)
      .join("")
      .concat(`<input id="draft">
      <script>
        draft.onkeydown = (event) => {
          if (event.key === "Tab") event.preventDefault();
          if (event.key === "Escape") document.querySelector("[data-message=m-2]").remove();
        };
      </script>`),
    async holds({ page, heard }) {
      for (const output of ["m-1", "m-2"]) await heard("shown", { output });
      await page.locator(".use-it").first().click();
      await heard("accepted", { output: "m-1", via: "button" });
      await page.locator(".not-this").first().click();
      await heard("dismissed", { output: "m-1", via: "button" });
      // “About the answer the focus is in, else the last one.”
      await page.locator("#draft").click();
      await page.keyboard.press("Tab");
      await heard("accepted", { output: "m-2", via: "key" });
      await page.keyboard.press("Escape");
      await heard("dismissed", { output: "m-2", via: "key" });
    },
  },
  {
    page: "privacy.md",
    starts: "<script …",
    fill: (code, { url, publishable }) => code.replace("…", `src="${url}/capture/tacit.js" data-key="${publishable}" data-endpoint="${url}/c"`),
    options: { ...PLACE, content: "full", redact: ["\\bACME-\\d+"] },
    body: SECRETS,
    async holds({ heard }) {
      const { text } = await heard("content", { output: "o-1", role: "answer" });
      expect(text).toBe("Mail [email] about [redacted] and project hydra, on which acme-12 is.");
    },
  },
  {
    page: "demo-site/README.md",
    starts: "<script src=",
    fill: (code) => code.replace("u-…", "u-42"),
    options: { ...PLACE, content: "edits", subject: "u-42", surface: "chat", flushAfterMs: 1000 },
    body: `${ANSWER}<textarea rows="4" cols="60">The canary sings in the mine, and the miners listen to it all day long.</textarea>`,
    async holds({ page, code, heard, project }) {
      // What the demo itself puts into its page, but for an id.
      const ours = snippet({ tacitUrl: project.url, publishableKey: project.publishable }, "u-42").replace(' id="tacit-snippet"', "");
      expect(code.replace(/\s+/g, " ").trim()).toBe(ours);
      await heard("shown", { output: "o-1" });
      expect((await project.find("o-1")).output).toMatchObject({ subject_kind: "app" });
      await page.locator("textarea").click();
      await page.keyboard.press("Control+End");
      await page.keyboard.type(" Indeed.");
      await page.locator("p").click();
      const { text } = await heard("content", { output: "o-1", role: "edit" });
      expect(text).toBe("The canary sings in the mine, and the miners listen to it all day long. Indeed.");
    },
  },
  {
    page: "README.md",
    starts: "<div data-ai-conversation",
    holds: ({ heard }) => heard("shown", { output: "o-1", words: 2, ...FIRST }),
  },
  {
    page: "capture-wasm/README.md",
    starts: "<div data-ai-conversation",
    holds: ({ heard }) => heard("shown", { output: "o-1", words: 2, ...FIRST }),
  },
  {
    page: "register.md",
    starts: "<div data-ai-conversation",
    /** With the token that the server was given. */
    async fill(code, project) {
      const { outputs } = await project.register({ id: "o-7f1e", conversation: "c-1", turn: 0, variant: 0 });
      return code.replace('data-ai-token="…"', `data-ai-token="${outputs[0].token}"`);
    },
    /** Its signals cannot be made up by somebody who guessed the id. */
    async holds({ page, heard, project }) {
      await heard("shown", { output: "o-7f1e", words: 3, ...FIRST });
      await page.locator("[data-ai-output]").click({ clickCount: 3 });
      await page.keyboard.press("Control+c");
      await heard("copied", { output: "o-7f1e", via: "selection" });
      expect((await project.find("o-7f1e")).label).toMatchObject({ trust: "signed", state: "positive" });
    },
  },
  {
    page: "demo-site/README.md",
    starts: "<div data-ai-conversation",
    async fill(code, project) {
      const { outputs } = await project.register({ id: "o-42", conversation: "c-42", turn: 0, variant: 0 });
      const buttons = '<button aria-label="Good response" aria-pressed="false">+</button>';
      const values = [["c-…", "c-42"], ["o-…", "o-42"], ['"…"', `"${outputs[0].token}"`], ["…the answer…", "The canary sings."], ["…buttons…", buttons]];
      return values.reduce((text, [name, value]) => text.replace(name, value), code);
    },
    /** “… are then noticed without another line.” */
    async holds({ page, heard, project }) {
      await heard("shown", { output: "o-42", words: 3, conversation: "c-42", turn: 0, variant: 0 });
      await page.getByRole("button", { name: "Good response" }).click();
      await heard("rated", { output: "o-42", value: 1 });
      expect((await project.find("o-42")).label.trust).toBe("signed");
    },
  },
];
