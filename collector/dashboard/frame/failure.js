// What is shown where something failed: the rest of the frame goes on.

import { Component, html } from "../lib/h.js";

export function Failure({ error, again }) {
  const { code, field, status, message } = error;
  const facts = [status, code, field].filter(Boolean).join(" · ");
  return html`
    <div class="card failure" role="alert">
      <h2>This could not be loaded</h2>
      <p>${message}</p>
      ${facts && html`<p class="quiet">${facts}</p>`}
      <button class="plain" onClick=${again}>Try again</button>
    </div>`;
}

/** Keeps a view that throws from taking the frame down. */
export class Guard extends Component {
  componentDidCatch(error) {
    console.error(error);
    this.setState({ error });
  }

  render({ children }, { error }) {
    if (!error) return children;
    return html`
      <div class="card failure" role="alert">
        <h2>This view failed</h2>
        <p>${error.message}</p>
        <button class="plain" onClick=${() => this.setState({ error: undefined })}>Try again</button>
      </div>`;
  }
}
