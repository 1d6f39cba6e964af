// The address bar: which view is open, and a key that came in a link.

import { useEffect, useState } from "../lib/h.js";
import { read } from "../lib/router.js";

/** A key in the fragment, which goes to no server; removed from address and history at once. */
function takeKey() {
  const key = new URLSearchParams(location.hash.slice(1)).get("key");
  if (key) history.replaceState(null, "", location.pathname);
  return key ?? undefined;
}

const look = (before) => ({ key: takeKey() ?? before?.key, route: read(location.hash) ?? before?.route ?? read("") });

/** The open view's route, and the last key that a link brought. */
export function useRoute() {
  const [here, setHere] = useState(() => look());
  useEffect(() => {
    const changed = () => setHere(look);
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return here;
}
