// One sitting at a chat: every act it offers, once or twice, in the order in
// which somebody would come to them.

/** `round` varies what is asked, and whether buttons are pressed by mouse or keyboard. */
export async function sitting(person, round) {
  person.byKeyboard = round % 2 === 1;
  const prompts = PROMPTS[round % PROMPTS.length];
  await person.ask(prompts[0], "code");
  await person.copySelection();
  if (person.can("copy")) await person.copy();
  if (person.can("code")) await person.copyCode();
  if (person.can("up")) await person.rate(1);

  await person.ask(prompts[1], "plain", "rephrase");
  if (person.can("regenerate")) await another(person);
  const share = await person.copySelection();
  await person.quote(share, prompts[2], "code");
  if (person.can("code")) await person.copyCode();
  if (person.can("down")) await person.rate(-1);
  if (person.chat.amend) await person.amend(person.chat.amend, " In short, please.", "plain");
  for (const act of person.chat.more ?? []) await act(person);
  if (person.can("stop")) await person.stop(prompts[3]);
  await person.ask("Thanks, that helps a lot!", "plain", "thanks");
  if (person.chat.conversations) await elsewhere(person, prompts[4]);
  if (person.can("copy")) await person.copy();
}

async function another(person) {
  const before = person.current;
  await person.regenerate("plain");
  const after = person.current;
  if (!person.can("previous")) return;
  await person.turnTo("previous", before);
  await person.turnTo("next", after);
}

async function elsewhere(person, prompt) {
  await person.startAnew();
  await person.ask(prompt, "plain");
  await person.copySelection();
  if (person.chat.conversations.back) await person.goBack();
}

const PROMPTS = [
  [
    "How does a cache help a web shop on a busy day?",
    "How exactly does a cache help a web shop on busy days?",
    "What is meant by this?",
    "Tell me everything about queues, at length.",
    "Which index would you put on a table of orders?",
  ],
  [
    "What does `limit` do in this **function**, and why is it there?",
    "What exactly does `limit` do in the **function**, why is it there?",
    "Can you say this with a list:\n- short\n- clear",
    "Explain parsers from the beginning, please: history, kinds, and use.",
    "Übersetze das bitte: „The pool is full.“",
  ],
];
