/** Svelte: what `onMount()` calls, a store and an action around `start()`. */

import type { Binding, Handle, StartOptions } from "./index.js";

/** Starts capture; returns what stops it: `onMount(() => capture(options))`. */
export declare function capture(options: StartOptions): () => void;

/** A store of the handle. Before capture has begun, and on a server, its methods do nothing. */
export declare const tacit: {
  /** Calls `run` now and whenever capture begins or ends; returns what ends that. */
  subscribe(run: (handle: Handle) => void): () => void;
};

/** An action for the element that shows this output: `<div use:output={{ id }}>`. */
export declare function output(
  element: Element,
  binding: Binding,
): {
  /** The element shows another output now. */
  update(binding: Binding): void;
  /** The element is gone. */
  destroy(): void;
};
