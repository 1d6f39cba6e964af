// What is in view, from an IntersectionObserver: it costs no layout.

import { inside } from "./retire.js";

/** In view is half of the output, or as much of it as fills half the viewport. */
const HALF = 0.5;

/** Steps at which a long answer's depth is told; 5 % of ten screens is half a screen. */
const STEPS = 20;

/**
 * Begins to observe. `idOf(element)` is the output it shows; `onSeen(id, inView, depth)` hears
 * when it came into view, moved in it or left it: `depth` is the share of it that lies above the
 * lower edge of the view, in thousandths.
 */
export function view(idOf, onSeen) {
  const seen = ({ target, isIntersecting, intersectionRatio, intersectionRect, boundingClientRect, rootBounds }) => {
    const id = idOf(target);
    if (!id) return;
    // In a frame of another site nobody tells how high the view is: at most as high as the frame, and as the screen.
    const isHigh = intersectionRect.height >= HALF * (rootBounds?.height ?? Math.min(innerHeight, screen.availHeight));
    const { top, height } = boundingClientRect;
    const depth = height > 0 ? (intersectionRect.bottom - top) / height : 0;
    onSeen(id, isIntersecting && (intersectionRatio >= HALF || isHigh), Math.round(1000 * Math.min(1, Math.max(0, depth))));
  };
  const threshold = Array.from({ length: STEPS + 1 }, (_, step) => step / STEPS);
  let observer;
  try {
    observer = new IntersectionObserver(inside((entries) => entries.forEach(seen)), { threshold });
  } catch {
    // Where there is none, nobody sees what is read.
  }
  return {
    /** Has an element looked at anew: it is new, or grew to its full size. */
    again(element) {
      observer?.unobserve(element);
      observer?.observe(element);
    },
    /** It shows another output now, or is gone. */
    gone(element) {
      if (!element.isConnected) observer?.unobserve(element);
    },
  };
}
