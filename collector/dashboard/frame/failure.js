// What is shown where something failed: the rest of the frame goes on.

import { Component, html } from "../lib/h.js";

/** `scopes` are those of the key somebody signed in with. */
export function Failure({ error, again, scopes = [] }) {
  if (error.code === "scope_missing") return html`<${Unseen} error=${error} scopes=${scopes} />`;
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

/** Trying again would not help: the key is another one's. */
function Unseen({ error, scopes }) {
  const may = scopes.includes("admin") ? html`With it you can see <a href="#/keys">Keys</a>.` : "";
  return html`
    <div class="card failure" role="alert">
      <h2>This key may not see this</h2>
      <p>It has: <b>${scopes.join(", ") || "no scope"}</b>. This needs: <b>${error.scope}</b>. ${may}</p>
      <p class="quiet">Sign in with a key that has both, or make one where the collector runs: <code>tacit keys create --project NAME --kind secret --scope read --scope admin</code></p>
    </div>`;
}

/** Keeps a view that throws from taking the frame down. */
export class Guard extends Component {
  componentDidCatch(error) {
    console.error(error);
    this.setState({ error });
  }

  componentDidUpdate(before) {
    // Another address may do better; what is open at this one stays as it is.
    if (before.here !== this.props.here && this.state.error) this.setState({ error: undefined });
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
