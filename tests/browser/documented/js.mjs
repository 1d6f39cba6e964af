// Scripts of the documents, run as modules of a page that has the npm package (`before` and `after`
// them what the text takes for granted), `later` in a page that has the script tag, or in Node.

import { expect } from "../house.mjs";
import { SECRETS } from "./bodies.mjs";

/** What a page says to have `start()`, where the text does not repeat it. */
const IMPORT = 'import { start } from "tacit-capture";\n';
const PLAN = { name: "tone", holdout: 0.05, traffic: 1, arms: [{ name: "plain", weight: 0.5 }, { name: "warm", weight: 0.5 }] };
/** Enough for each arm, and for the holdout. */
const PEOPLE = Array.from({ length: 40 }, (_, n) => `u-${n}`);

export const JS = [
  {
    page: "README.md",
    starts: 'import { start } from "tacit-capture";',
    body: "<p id=answer>The canary sings in the mine.</p>",
    before: "const element = document.querySelector('#answer');",
    async holds({ heard }) {
      await heard("shown", { output: "o-1", words: 6, conversation: "c-1", turn: 0, variant: 0 });
      await heard("converted", { output: "o-1", name: "paid" });
    },
  },
  {
    page: "capture-wasm/README.md",
    starts: 'import { start } from "tacit-capture";',
    /** “Twice (the second call returns the same handle).” */
    async holds({ page, heard }) {
      await heard("shown", { output: "o-1" });
      const isSame = await page.evaluate(async () => {
        const { start } = await import("tacit-capture");
        return start({ key: "pk_another" }) === window[Symbol.for("tacit.capture")];
      });
      expect(isSame).toBe(true);
    },
  },
  {
    page: "capture-wasm/README.md",
    starts: 'import { assign } from "tacit-capture/assign";',
    before: `const plan = ${JSON.stringify(PLAN)}, subject = "u-4";`,
    after: "window.arm = arm;",
    /** “As every server and the collector find it.” */
    async holds({ page, project }) {
      await expect.poll(() => page.evaluate(() => window.arm)).toBeTruthy();
      const found = await page.evaluate(async ([plan, people]) => {
        const { assign } = await import("tacit-capture/assign");
        return Promise.all(people.map(async (subject) => [subject, (await assign(plan, subject)).arm]));
      }, [PLAN, PEOPLE]);
      expect(found).toEqual(await project.assigned(PLAN, PEOPLE));
      expect(new Set(found.map(([, arm]) => arm))).toEqual(new Set(["plain", "warm", "holdout"]));
      expect(found).toContainEqual(["u-4", await page.evaluate(() => window.arm)]);
      // “Without Wasm.”
      const files = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
      expect(files.filter((name) => name.includes("/own/"))).toEqual([expect.stringMatching(/assign\.js$/)]);
    },
  },
  {
    page: "adapters.md",
    starts: "start({\n  key:",
    before: IMPORT,
    body: `<section data-message-id="m-9" class="message assistant"><b>Model</b> <div class="body">The canary sings in the mine.</div></section>
    <p data-ai-output="o-1">Nothing but what the selector finds is an answer, whatever attributes it has.</p>`,
    async holds({ heard, outputs }) {
      await heard("shown", { output: "m-9", words: 6 });
      expect(await outputs()).toEqual(["m-9"]);
    },
  },
  {
    page: "privacy.md",
    starts: "start({ key,",
    before: `${IMPORT}const key = "pk_…", endpoint = "https://collector.example/c";`,
    body: SECRETS,
    async holds({ heard }) {
      const { text } = await heard("content", { output: "o-1", role: "answer" });
      expect(text).toBe("Mail [email] about [redacted] and [redacted], on which [redacted] is.");
    },
  },
  {
    page: "demo-site/README.md",
    starts: "window.tacit?.signal",
    later: true,
    async holds({ page, code, heard }) {
      await page.waitForFunction(() => window.tacit);
      await page.evaluate(`{ const outputId = "o-1"; ${code} }`);
      await heard("accepted", { output: "o-1", via: "insert" });
      await heard("converted", { output: "o-1", name: "solved" });
    },
  },
  {
    page: "demo-site/README.md",
    starts: "await fetch(`${TACIT_URL}/v1/outputs`",
    inNode: true,
    /** With what the demo's server knows. */
    async holds({ code, project }) {
      const record = {
        id: "o-42",
        created_at: Date.now(),
        conversation: "c-42",
        turn: 0,
        variant: 0,
        subject: "u-42",
        model: "m-1",
        prompt_version: "support@14",
        surface: "chat",
        input: [{ role: "user", content: "Why is the sky blue?" }],
      };
      const given = { TACIT_URL: project.url, TACIT_SECRET_KEY: project.secret, ...record };
      const run = Object.getPrototypeOf(async () => {}).constructor(...Object.keys(given), code);
      await run(...Object.values(given));
      const { subject, ...fields } = record;
      expect((await project.find("o-42")).output).toMatchObject({ ...fields, subject_kind: "app", trust: "known" });
    },
  },
];
