// `tacit-capture/react`: a provider that starts and ends capture with itself, and hooks.

import { createContext, createElement, useContext, useEffect, useState } from "react";
import { start } from "../index.js";
import { NONE } from "./none.js";

const Capture = createContext(NONE);

export function TacitProvider({ options, children }) {
  const [tacit, setTacit] = useState(NONE);
  // Never on a server. In strict mode it starts, stops and starts again, which start() can.
  useEffect(() => {
    const handle = start(options);
    setTacit(handle);
    return () => {
      handle.stop();
      setTacit(NONE);
    };
    // An object literal is another one at every render: only these begin a new capture.
  }, [options?.key, options?.endpoint, options?.subject]);
  return createElement(Capture.Provider, { value: tacit }, children);
}

export function useTacit() {
  return useContext(Capture);
}

export function useOutput({ id, conversation, turn, variant, token } = {}) {
  const tacit = useTacit();
  const [element, ref] = useState(null);
  useEffect(() => {
    if (element) tacit.output(element, { id, conversation, turn, variant, token });
  }, [tacit, element, id, conversation, turn, variant, token]);
  return ref;
}
