// The chats that are tested: every folder with a `chat.mjs`, whose default export
// says what a person can do there.
//
//   title, of       its name, and the packages whose versions are told with it
//   unseen          the rules were not made with it: a table of its own; and `misses`, by
//                   act why that is not found there
//   packages        the folder whose lockfile it is installed by, if not its own
//   entry           what is bundled, `page.jsx` by default; and `html`, the page
//                   around it (with %SNIPPET%), if a plain one will not do
//   prepare()       instead of both: resolves with a function that is given
//                   { model, snippet } and serves the chat: resolves with { url, close }
//   ready(page)     what is to be clicked away first
//   composer(page)  where a person types
//   singleLine      the composer takes no line break
//   answers(page)   the texts of all answers that the page shows
//   paragraph(answer)  the first paragraph of one, if it is no `p`
//   controls        by name: (page, answer) => the control of that answer, of those
//                   the chat has: copy, code, regenerate, previous, next, up, down, stop
//   again(page)     the item of a menu that `regenerate` opens
//   amend           { open(page), field(page), save(page) }: how a question is asked again in its place
//   conversations   fresh(page) opens a new one, back(page) goes to the one before
//   more            [(person) => …]: acts that only this chat has
//   delaysEcho      its page draws the person's turn later where ?echo=MS says so
//   everyDay        it is among those that `npm test` visits

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sources } from "./install.mjs";

/** Which chats `TACIT_CHATS` may name at once. */
const KINDS = { all: () => true, pages: ({ prepare }) => !prepare, programs: ({ prepare }) => Boolean(prepare) };

/** Those of every day, or what `TACIT_CHATS` names: one of `KINDS`, or their ids, separated by commas. */
export async function chats(named = process.env.TACIT_CHATS) {
  const ids = readdirSync(sources(".")).filter((id) => existsSync(join(sources(id), "chat.mjs")));
  const found = await Promise.all(ids.map(read));
  if (named in KINDS) return found.filter(KINDS[named]);
  return found.filter(({ id, everyDay }) => (named ? named.split(",").includes(id) : everyDay));
}

async function read(id) {
  const { default: chat } = await import(join(sources(id), "chat.mjs"));
  return { ...chat, id, versions: versions(chat.packages ?? id, chat.of) };
}

/** The exact version of each package that makes the chat, from whatever pins it. */
function versions(id, names) {
  const pins = [...dependencies(id), ...lines(id, "requirements.txt")];
  return names.map((name) => `${name} ${pins.find((pin) => pin.startsWith(`${name}=`)).split("=").at(-1)}`);
}

function dependencies(id) {
  const { dependencies = {} } = JSON.parse(lines(id, "package.json").join("\n") || "{}");
  return Object.entries(dependencies).map((pin) => pin.join("="));
}

function lines(id, name) {
  const file = join(sources(id), name);
  return existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
}
