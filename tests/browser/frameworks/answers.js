// What both chats of this folder say, a word at a time.

export const ANSWERS = [
  "Short waves scatter far more than long ones, so the light that reaches us from all around is blue.",
  "A hash map finds an entry in constant time on average, at the price of some memory and of any order.",
];

const WORD_MS = 50;

/** Gives `put` the answer of that number as far as it is said, until it is whole. */
export function say(number, put) {
  const words = ANSWERS[number % ANSWERS.length].split(/(?<=\s)/);
  let said = 0;
  const next = () => {
    said += 1;
    put(words.slice(0, said).join(""));
    if (said < words.length) setTimeout(next, WORD_MS);
  };
  setTimeout(next, WORD_MS);
}
