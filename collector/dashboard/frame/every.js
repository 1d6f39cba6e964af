// What is asked again and again, but not for a tab that nobody looks at.

import { useEffect, useRef } from "../lib/h.js";

/** A large project takes long to add up: such a thing is asked at most a tenth of the time. */
const REST = 10;

/**
 * Does `act` every `ms`, later where it takes long, and as soon as somebody looks where
 * nobody did. Begins anew when `what` changes; `ms` of 0 is never.
 */
export function useEvery(ms, act, what) {
  const latest = useRef();
  latest.current = act;
  useEffect(() => {
    if (!ms) return undefined;
    let timer;
    let isDue = false;
    const wait = (took) => {
      timer = setTimeout(due, Math.max(ms, REST * took));
    };
    const due = async () => {
      isDue = document.visibilityState !== "visible";
      if (isDue) return;
      const begun = performance.now();
      await latest.current();
      if (timer !== undefined) wait(performance.now() - begun);
    };
    const looked = () => isDue && due();
    document.addEventListener("visibilitychange", looked);
    wait(0);
    return () => {
      clearTimeout(timer);
      timer = undefined;
      document.removeEventListener("visibilitychange", looked);
    };
  }, [ms, ...what]);
}
