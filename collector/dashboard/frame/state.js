// What a view is told of where it is.

import { UNITS, range } from "../lib/time.js";

/**
 * `params` as the address has them, `since` and `until` in Unix ms (`until` undefined:
 * now), the filter, who is signed in, and the moment this was asked.
 */
export function stateOf(route, login, now) {
  const { name, id, params } = route;
  const { model, prompt_version } = params;
  // To the minute: a refresh within one asks the very same.
  const minute = now - (now % UNITS.m);
  return { name, id, params, ...range(params, minute), model, prompt_version, project: login.project, scopes: login.scopes, now };
}
