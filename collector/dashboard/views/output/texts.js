// What was asked and answered; where that is not known, what would make it known.

import { html } from "../../lib/h.js";
import { Card } from "../../lib/parts.js";

const LEVELS = {
  unregistered: "Level 1 is missing: the app's server has not registered this output (POST /v1/outputs, or the OpenTelemetry spans it has). What people did is known without it, what they read is not.",
  asked: "Level 1 is incomplete: the output was registered without the messages it answers (input).",
  answer: "Level 1 is incomplete: the output was registered without its text (output). It can be registered again once the stream has ended.",
};

/** Which part of the integration a text is missing for. */
export const missing = (output, part) => LEVELS[output.registered ? part : "unregistered"];

export function Texts({ output, texts }) {
  const { asked, answer } = texts;
  if (!asked && !answer && !output.registered) {
    return html`<${Card} title="Prompt and answer"><p class="quiet">${LEVELS.unregistered}</p><//>`;
  }
  return html`
    <div class="columns">
      <${Card} title="Prompt">
        ${output.input?.length > 1 ? html`<${Messages} messages=${output.input} />` : html`<${Text} text=${asked} none=${missing(output, "asked")} />`}
      <//>
      <${Card} title="Answer"><${Text} text=${answer} none=${missing(output, "answer")} /><//>
    </div>`;
}

const Text = ({ text, none }) => (text ? html`<p class="text">${text}</p>` : html`<p class="quiet">${none}</p>`);

function Messages({ messages }) {
  const plain = (content) => (typeof content === "string" ? content : JSON.stringify(content));
  return html`
    <ol class="messages">
      ${messages.map(({ role, content }, index) => html`<li key=${index}><span class="quiet">${role}</span><p class="text">${plain(content)}</p></li>`)}
    </ol>`;
}
