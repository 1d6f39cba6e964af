// `tacit-capture/vue`: a plugin that starts and ends capture with the app, a
// composable, and a directive for outputs.

import { inject } from "vue";
import { start } from "../index.js";
import { NONE } from "./none.js";

const KEY = Symbol.for("tacit.capture.vue");

export const TacitPlugin = {
  install(app, options) {
    // On a server the handle does nothing.
    const tacit = start(options);
    app.provide(KEY, tacit);
    const bind = (element, { value }) => tacit.output(element, value);
    app.directive("tacit-output", { mounted: bind, updated: bind });
    app.onUnmount?.(() => tacit.stop());
  },
};

export function useTacit() {
  return inject(KEY, NONE);
}
