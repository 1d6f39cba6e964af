// What came to the page and what changed, and when: told by the records of changes,
// not by the looks at the page, which may be few. Between two looks the records
// are kept as they are; of nodes nothing is held.

import { up } from "./tree.js";

export function comings() {
  let batches = [];
  /** When elements were added, and when something changed in them last. */
  const came = new WeakMap();
  const touched = new WeakMap();
  const times = new WeakMap();

  return {
    /** The page changed just now. */
    note: (batch, now) => batches.push([batch, now]),

    /** Takes over what was noted. */
    take() {
      for (const [batch, at] of batches) {
        for (const { target, addedNodes } of batch) {
          for (const node of addedNodes) if (node.nodeType === Node.ELEMENT_NODE) came.set(node, at);
          for (let place = target; place && touched.get(place) !== at; place = up(place)) {
            touched.set(place, at);
            times.set(place, this.times(place) + 1);
          }
        }
      }
      batches = [];
    },

    /** When the element, or one around it, came since `start`. */
    came(element, start) {
      for (; element; element = up(element)) if (came.get(element) >= start) return came.get(element);
    },

    /** How often something in it changed. */
    times: (element) => times.get(element) ?? 0,

    /** When it came or something in it changed, since `start`. */
    touched(element, start) {
      const at = touched.get(element);
      return at >= start ? at : this.came(element, start);
    },
  };
}
