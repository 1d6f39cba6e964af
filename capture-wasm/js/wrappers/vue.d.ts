/** Vue 3: a plugin, a composable and a directive around `start()`. */

import type { ObjectDirective, Plugin } from "vue";
import type { Binding, Handle, StartOptions } from "./index.js";

/**
 * `app.use(TacitPlugin, options)` captures until the app is unmounted (Vue 3.5; before
 * that, until the page goes). It registers `v-tacit-output="{ id }"`, for the element
 * that shows this output.
 */
export declare const TacitPlugin: Plugin<[StartOptions]>;

/** The handle. On a server, and in an app without the plugin, its methods do nothing. */
export declare function useTacit(): Handle;

declare module "vue" {
  interface GlobalDirectives {
    /** `v-tacit-output="{ id }"`, see `TacitPlugin`. */
    vTacitOutput: ObjectDirective<Element, Binding>;
  }
}
