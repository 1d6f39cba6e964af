// A chat as the documentation for React has it, in strict mode: every component is
// drawn twice, every effect runs, ends and runs again.

import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { TacitProvider, useTacit } from "tacit-capture/react";
import { say } from "./answers.js";

const query = new URLSearchParams(location.search);
const options = { key: query.get("key"), endpoint: query.get("endpoint"), flushAfterMs: 500, ...window.tacitOptions };

/** Every handle that was given out, in order. */
window.handles = [];

function Chat() {
  const tacit = useTacit();
  if (window.handles.at(-1) !== tacit) window.handles.push(tacit);
  const [turns, setTurns] = useState([]);
  const [text, setText] = useState("");
  const send = (event) => {
    event.preventDefault();
    const number = turns.length;
    setTurns((turns) => [...turns, { asked: text, answer: "" }]);
    setText("");
    say(number, (answer) => setTurns((turns) => turns.map((turn, n) => (n === number ? { ...turn, answer } : turn))));
  };
  return (
    <>
      <div className="log">
        {turns.map(({ asked, answer }, n) => (
          <section key={n}>
            <div className="mine">{asked}</div>
            <div className="theirs">
              <p>{answer}</p>
              <button onClick={() => navigator.clipboard.writeText(answer)}>Copy</button>
            </div>
          </section>
        ))}
      </div>
      <form onSubmit={send}>
        <input id="box" value={text} onChange={(event) => setText(event.target.value)} />
      </form>
    </>
  );
}

createRoot(document.querySelector("#app")).render(
  <StrictMode>
    <TacitProvider options={options}>
      <Chat />
    </TacitProvider>
  </StrictMode>,
);
