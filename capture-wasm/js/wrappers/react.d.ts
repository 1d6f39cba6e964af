/** React 18 and later: a provider and hooks around `start()`. */

import type { ReactNode, RefCallback } from "react";
import type { Binding, Handle, StartOptions } from "./index.js";

/** Of `TacitProvider`. */
export interface TacitProviderProps {
  /**
   * The options of `start()`. Read when capture begins: another `key`, `endpoint` or
   * `subject` ends it and begins anew, other changes wait for that.
   */
  options: StartOptions;
  /** The app. */
  children?: ReactNode;
}

/** Captures while it is mounted. Put it around the app, once. Renders its children and nothing else. */
export declare function TacitProvider(props: TacitProviderProps): ReactNode;

/** The handle. Before capture has begun, on a server, and outside of a provider its methods do nothing. */
export declare function useTacit(): Handle;

/** A `ref` for the element that shows this output: `<div ref={useOutput({ id })}>`. */
export declare function useOutput(binding: Binding): RefCallback<Element>;
