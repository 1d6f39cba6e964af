// Ordering a build.

import { send } from "../../lib/api.js";
import { html, useState } from "../../lib/h.js";
import { Card } from "../../lib/parts.js";
import { FORMATS } from "./formats.js";

export function NewBuild({ go }) {
  const [format, setFormat] = useState("trl-kto");
  const [problem, setProblem] = useState("");
  const submit = async (event) => {
    event.preventDefault();
    try {
      const { id } = await send("POST", "/v1/datasets/builds", { format });
      go(`datasets/${id}`);
    } catch (error) {
      setProblem(error.message);
    }
  };
  return html`
    <${Card} title="Order a build" note="Of everything known now, with the defaults. Ranges, splits, trust and more: by the API or the command line.">
      <form class="order" onSubmit=${submit}>
        <label>Format
          <select value=${format} onChange=${(event) => setFormat(event.target.value)}>
            ${FORMATS.map(([name, what]) => html`<option value=${name} selected=${name === format}>${name} – ${what}</option>`)}
          </select>
        </label>
        <button>Build</button>
        ${problem && html`<p class="bad" role="alert">${problem}</p>`}
      </form>
    <//>`;
}
