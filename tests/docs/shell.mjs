// Shell code, as far as documentation has it: simple commands, each with its words.

/** Ends a command and begins another. */
const OPERATORS = ["&&", "||", "|", ";", "&", "\n"];

/** `[["tacit", "export", …], …]`: words without their quotes, without redirections and comments. */
export function commandsOf(code) {
  const commands = [];
  let words = [];
  let word = null;
  let skipNext = false;
  const endWord = () => {
    if (word !== null && !skipNext) words.push(word);
    if (word !== null) skipNext = false;
    word = null;
  };
  const endCommand = () => {
    endWord();
    if (words.length > 0) commands.push(words);
    words = [];
  };
  let at = 0;
  while (at < code.length) {
    const char = code[at];
    const operator = OPERATORS.find((operator) => code.startsWith(operator, at));
    if (code.startsWith("\\\n", at)) {
      endWord();
      at += 2;
    } else if (operator) {
      endCommand();
      at += operator.length;
    } else if (/\s/.test(char)) {
      endWord();
      at += 1;
    } else if (char === "#" && word === null) {
      at = endOf(code, at, "\n");
    } else if (/^\d?>{1,2}&?|^</.test(code.slice(at, at + 4)) && (word === null || char === ">")) {
      endWord();
      at += code.slice(at).match(/^\d?>{1,2}&?|^</)[0].length;
      skipNext = true;
    } else if (char === "'" || char === '"') {
      const end = endOf(code, at + 1, char, char === '"');
      word = (word ?? "") + code.slice(at + 1, end);
      at = end + 1;
    } else if (code.startsWith("$(", at)) {
      const end = endOf(code, at, ")");
      commands.push(...commandsOf(code.slice(at + 2, end)));
      word = `${word ?? ""}$(…)`;
      at = end + 1;
    } else {
      word = (word ?? "") + char;
      at += 1;
    }
  }
  endCommand();
  return commands;
}

/** Where `what` stands next, or the end; not after a backslash if that escapes. */
function endOf(code, from, what, escapes = false) {
  for (let at = from; at < code.length; at += 1) {
    if (escapes && code[at] === "\\") at += 1;
    else if (code[at] === what) return at;
  }
  return code.length;
}

/** What stands before a command and leaves it what it is: `AWS_REGION=…`, `sudo`, `docker exec NAME`. */
export function plainCommand(words) {
  let rest = words;
  for (;;) {
    if (/^[A-Za-z_]\w*=/.test(rest[0] ?? "")) rest = rest.slice(1);
    else if (rest[0] === "sudo") rest = rest.slice(1);
    else if (rest[0]?.endsWith("/time") && rest[1] === "-v") rest = rest.slice(2);
    else if (rest[0] === "runuser") rest = rest.slice(rest.indexOf("--") + 1);
    else if (rest[0] === "docker" && rest[1] === "exec") rest = rest.slice(3);
    else return rest;
  }
}
