// Another policy, tried before it holds: on this output and on the latest ones.

import { send } from "../../lib/api.js";
import { count, counted, words } from "../../lib/format.js";
import { html, useRef, useState } from "../../lib/h.js";
import { Card, Copy, State } from "../../lib/parts.js";
import { at } from "../../lib/time.js";
import { Changed } from "./changed.js";

export function Preview({ id, policy, link }) {
  const [text, setText] = useState(policy.toml);
  const [found, setFound] = useState();
  const [problem, setProblem] = useState();
  const [isAsking, setAsking] = useState(false);
  const field = useRef();
  const ask = async (event) => {
    event.preventDefault();
    setAsking(true);
    setProblem(undefined);
    try {
      setFound(await send("POST", "/v1/labels/preview", { policy: text, against: policy.policy, output: id }));
    } catch (error) {
      setFound(undefined);
      setProblem(error);
      show(field.current, error.line);
    } finally {
      setAsking(false);
    }
  };
  return html`
    <${Card} title="Try another policy" note="Change the file and see what it would change. Nothing is saved, and no label changes.">
      <form class="preview" onSubmit=${ask}>
        <label for="policy">Policy <code>${policy.policy}</code></label>
        <textarea id="policy" ref=${field} rows="14" spellcheck="false" autocomplete="off" value=${text} onInput=${(event) => setText(event.target.value)}
          aria-describedby="policy-problem" aria-invalid=${problem ? "true" : undefined}></textarea>
        <p id="policy-problem" class="bad" role="alert">${problem?.message}</p>
        <p class="buttons">
          <button disabled=${isAsking}>Preview</button>
          <button type="button" class="plain" onClick=${() => setText(policy.toml)}>Start anew</button>
          <${Copy} text=${text} />
        </p>
      </form>
      <div role="status">${found && html`<${Found} found=${found} link=${link} />`}</div>
    <//>`;
}

/** Selects the line that is wrong. */
function show(area, line) {
  if (!line) return;
  const before = area.value.split("\n").slice(0, line - 1).join("\n").length;
  const start = line === 1 ? 0 : before + 1;
  const end = area.value.indexOf("\n", start);
  area.focus();
  area.setSelectionRange(start, end < 0 ? area.value.length : end);
  area.scrollTop = Math.max(0, (line - 4) * parseFloat(getComputedStyle(area).lineHeight));
}

const reasons = ({ reasons }) => reasons.map(({ rule, polarity, weight }) => `${words(rule)} ${polarity < 0 ? "−" : "+"}${weight}`).join(", ") || "nothing";

function Found({ found: { output, sample, same_screen: isSame, policy }, link }) {
  const { before, after } = output;
  const row = (name, told) => html`<tr><th scope="row">${name}</th><td>${told(before.label)}</td><td>${told(after.label)}</td></tr>`;
  return html`
    <h3>This output</h3>
    <table class="both">
      <caption class="unseen">This output by both policies</caption>
      <thead><tr><th scope="col"><span class="unseen">What</span></th><th scope="col">Now</th><th scope="col">With this policy</th></tr></thead>
      <tbody>
        ${row("Label", ({ state }) => html`<${State} state=${state} />`)}
        ${row("Score", ({ score }) => score)}
        ${row("Confidence", ({ confidence }) => confidence)}
        ${row("Training weight", ({ weight }) => weight)}
        ${row("Because of", reasons)}
      </tbody>
    </table>
    <h3>The latest outputs</h3>
    <p id="sampled">${told(sample)}</p>
    <${Changed} changes=${sample.changes} link=${link} />
    ${!isSame && html`<p class="quiet">This policy screens other people as well; that part is not tried here. <code>tacit label diff</code> tries all of it, on everything.</p>`}
    <p class="quiet">Tried: <code>${policy}</code>. To have it hold, put the file where <code>policy</code> of the configuration says.</p>`;
}

function told({ changes, until_looked: until, is_all: isAll }) {
  const { outputs, flipped } = changes;
  const which = isAll ? "all there are" : `the latest, back to ${at(until)}`;
  return `Of ${counted(outputs, "output")} (${which}) ${count(flipped)} ${flipped === 1 ? "changes its label" : "change their label"}.`;
}
