// What is looked for: each part is in the address.

import { words } from "../../lib/format.js";
import { html, useEffect, useRef, useState } from "../../lib/h.js";

/** How long somebody may rest between two letters. */
const REST_MS = 350;

const STATES = ["positive", "negative", "neutral", "conflict", "pending"];
const KINDS = [
  "shown", "dwell", "selected", "copied", "pasted", "accepted", "dismissed", "edited", "regenerated", "switched",
  "stopped", "rated", "followed_up", "survived", "shared", "downloaded", "converted", "content",
];

/** Names as the API has them. */
export const FILTERS = [
  { name: "q", title: "Words" },
  { name: "id", title: "Id begins with" },
  { name: "state", title: "Label" },
  { name: "reason", title: "Rule" },
  { name: "kind", title: "Signal" },
  { name: "conversation", title: "Conversation" },
];

export function Filters({ params, rules, go }) {
  // What is found differently is not on a later page of what was found before.
  const change = (changed) => go({ ...changed, cursor: null });
  return html`
    <form class="card filters" role="search" aria-label="Outputs" onSubmit=${(event) => event.preventDefault()}>
      <${Typed} name="q" title="Words in prompt or answer" params=${params} change=${change} />
      <${Typed} name="id" title="Id begins with" params=${params} change=${change} />
      <${Chosen} name="state" title="Label" options=${STATES.map((state) => [state, state])} params=${params} change=${change} />
      <${Chosen} name="reason" title="Rule" options=${rules.map(({ rule }) => [rule, words(rule)])} params=${params} change=${change} />
      <${Chosen} name="kind" title="Signal" options=${KINDS.map((kind) => [kind, words(kind)])} params=${params} change=${change} />
    </form>`;
}

function Typed({ name, title, params, change }) {
  const said = params[name] ?? "";
  // What is being typed is ahead of what was found.
  const [text, setText] = useState(said);
  const sent = useRef(said);
  const timer = useRef();
  // What else is asked for may change before somebody has typed to the end.
  const latest = useRef();
  latest.current = change;
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (said === sent.current) return;
    sent.current = said;
    setText(said);
  }, [said]);
  const settle = (typed) => {
    clearTimeout(timer.current);
    const value = typed.trim();
    if (value === sent.current) return;
    sent.current = value;
    latest.current({ [name]: value || null });
  };
  const typed = ({ target }) => {
    setText(target.value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => settle(target.value), REST_MS);
  };
  return html`
    <label>${title}
      <input type="search" name=${name} autocomplete="off" spellcheck="false" value=${text} onInput=${typed} onChange=${({ target }) => settle(target.value)} />
    </label>`;
}

function Chosen({ name, title, options, params, change }) {
  const value = params[name] ?? "";
  return html`
    <label>${title}
      <select name=${name} value=${value} onChange=${(event) => change({ [name]: event.target.value || null })}>
        <option value="" selected=${value === ""}>Any</option>
        ${options.map(([option, text]) => html`<option key=${option} value=${option} selected=${option === value}>${text}</option>`)}
      </select>
    </label>`;
}

/** What is asked for, and a way to ask for less. */
export function Chips({ params, go }) {
  const said = FILTERS.filter(({ name }) => params[name]);
  if (said.length === 0) return null;
  return html`
    <ul class="chips" aria-label="Filters that hold">
      ${said.map(({ name, title }) => html`
        <li key=${name}><button class="plain small" onClick=${() => go({ [name]: null, cursor: null })}>
          ${title}: ${params[name]} <span aria-hidden="true">×</span><span class="unseen">, take away</span>
        </button></li>`)}
    </ul>`;
}
