// What a view is told of where it is.

import { range } from "../lib/time.js";

/**
 * `params` as the address has them, `since` and `until` in Unix ms (`until` undefined:
 * now), the filter, who is signed in, and the moment this was asked.
 */
export function stateOf(route, login, now) {
  const { name, id, params } = route;
  const { model, prompt_version } = params;
  return { name, id, params, ...range(params, now), model, prompt_version, project: login.project, scopes: login.scopes, now };
}
