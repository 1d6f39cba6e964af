// What a part of a view asks for itself.

import { get, isAborted } from "../../lib/api.js";
import { useEffect, useState } from "../../lib/h.js";

/** `{data}` or `{error}` of a path, `{}` while it is asked; nothing is asked without one. */
export function useJson(path) {
  const [told, setTold] = useState({});
  useEffect(() => {
    if (!path) return undefined;
    const asking = new AbortController();
    setTold({});
    get(path, { signal: asking.signal }).then((data) => setTold({ data }), (error) => isAborted(error) || setTold({ error }));
    return () => asking.abort();
  }, [path]);
  return told;
}
