// What stands on the pages beside the code that is tried.

/** An answer that names itself, as a reader of the documents would have marked it. */
export const ANSWER = `<main data-ai-conversation="c-1">
  <article>
    <div data-ai-output="o-1" data-ai-turn="0" data-ai-variant="0"><p>The canary sings in the mine, and the miners listen to it all day long.</p></div>
    <button aria-label="Good response" aria-pressed="false">+</button>
  </article>
</main>`;

/** An answer with what nobody else is to read. */
export const SECRETS = '<div data-ai-output="o-1">Mail a.b@example.org about ACME-4711 and project hydra, on which acme-12 is.</div>';

/** A chat that says nothing about itself: the answer comes word by word after the question. */
export const CHAT = `<div id="log"></div><textarea id="box"></textarea>
<script>
  const add = (text) => log.appendChild(document.createElement("div")).appendChild(Object.assign(document.createElement("p"), { textContent: text }));
  box.onkeydown = async (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    add(box.value).parentElement.className = "asked";
    box.value = "";
    const answer = add("");
    for (const word of "Short waves scatter far more than long ones, so the light that reaches us from all around is blue.".split(/(?<=\\s)/)) {
      answer.append(word);
      await new Promise((next) => setTimeout(next, 40));
    }
  };
</script>`;
