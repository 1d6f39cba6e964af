// The open view: its module, the JSON of its paths, and what it makes of them.

import { get, isAborted } from "../lib/api.js";
import { html, useEffect, useRef, useState } from "../lib/h.js";
import { next, write } from "../lib/router.js";
import { Api } from "./api-links.js";
import { useEvery } from "./every.js";
import { Failure, Guard } from "./failure.js";
import { Filter } from "./filter.js";
import { Range } from "./range.js";
import { stateOf } from "./state.js";

const EVERY_MS = 5_000;

/** The module of a view and what its paths told. */
async function loaded(entry, route, login, signal) {
  const view = await entry.load();
  const state = stateOf(route, login, Date.now());
  // Most are a path alone; some answers have a status that is none of success.
  const asked = (view.api?.(state) ?? []).map((one) => (typeof one === "string" ? { path: one } : one));
  const data = await Promise.all(asked.map(({ path, also }) => get(path, { signal, also })));
  return { view, state, paths: asked.map(({ path }) => path), data };
}

export function Stage({ entry, route, login, go, onUnknown }) {
  const here = write({ ...route, name: entry?.name ?? route.name });
  // What was loaded last, and of which address.
  const [shown, setShown] = useState({});
  const [error, setError] = useState();
  const asking = useRef(new AbortController());

  const load = async () => {
    if (!entry) return;
    asking.current.abort();
    asking.current = new AbortController();
    const { signal } = asking.current;
    try {
      const now = await loaded(entry, route, login, signal);
      if (signal.aborted) return;
      setShown({ ...now, here, entry });
      setError(undefined);
    } catch (error) {
      if (signal.aborted || isAborted(error)) return;
      if (error.status === 401) onUnknown(error.message);
      else setError({ error, here });
    }
  };
  useEffect(() => {
    load();
    return () => asking.current.abort();
  }, [here, login]);
  const every = shown.entry === entry ? shown.view?.every ?? EVERY_MS : EVERY_MS;
  useEvery(every, load, [here]);

  const title = entry?.title ?? "No such view";
  const heading = useRef();
  const before = useRef(entry);
  useEffect(() => {
    document.title = `${title} · ${login.project} · Tacit`;
    if (before.current !== entry) heading.current.focus();
    before.current = entry;
  }, [entry]);

  const isKnown = shown.entry === entry && shown.state?.id === route.id;
  const failed = error?.here === here ? error.error : undefined;
  const link = (to, params) => write(next(route, to, params));
  const body = () => {
    if (!entry) return html`<p class="card">There is no view of this name. <a href="#/">Go to the overview</a>.</p>`;
    if (failed && !isKnown) return html`<${Failure} error=${failed} again=${load} scopes=${login.scopes} />`;
    if (!isKnown) return html`<p class="waiting" role="status">Asking …</p>`;
    return html`
      ${failed && html`<${Failure} error=${failed} again=${load} scopes=${login.scopes} />`}
      <div class="view" aria-busy=${String(shown.here !== here)}>
        <${Guard} key=${`${shown.state.name}/${shown.state.id ?? ""}`} here=${shown.here}>
          <${shown.view.View} data=${shown.data} state=${shown.state} go=${go} link=${link} reload=${load} />
        <//>
      </div>
      <${Api} paths=${shown.paths} />`;
  };
  return html`
    <div class="stage-head">
      <h1 tabindex="-1" ref=${heading}>${title}</h1>
      ${entry && entry.range !== false && html`
        <div class="controls">
          ${entry.filter !== false && html`<${Filter} params=${route.params} go=${go} />`}
          <${Range} params=${route.params} go=${go} />
        </div>`}
    </div>
    ${body()}`;
}
