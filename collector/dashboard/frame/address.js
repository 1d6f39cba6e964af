// The address bar: which view is open, and a key that came in a link.

import { useEffect, useState } from "../lib/h.js";
import { read, write } from "../lib/router.js";

/** A key in the fragment, which goes to no server; removed from address and history at once. */
function takeKey() {
  const key = new URLSearchParams(location.hash.slice(1)).get("key");
  if (key) history.replaceState(null, "", location.pathname);
  return key ?? undefined;
}

/**
 * The open view's route, and what puts another in its place, in the address as well.
 * `onKey` gets the key of a link, whenever one is followed, and
 * undefined at first where there is none; it is kept nowhere.
 */
export function useRoute(onKey) {
  const [route, setRoute] = useState(() => read(location.hash) ?? read(""));
  useEffect(() => {
    onKey(takeKey());
    const changed = () => {
      const key = takeKey();
      if (key) onKey(key);
      // What is no view's address leads nowhere else.
      setRoute((before) => read(location.hash) ?? before);
    };
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  const replace = (route) => {
    history.replaceState(null, "", route.name ? write(route) : location.pathname);
    setRoute(route);
  };
  return [route, replace];
}
