// Whether what a page shows of an answer is what the answer is like: every field that is shown
// is there, and of the same kind. Values are examples, but those that are `exact`.

/** Text of a page as JSON: `…` stands for a value, for the rest of a text or for what was left out. */
export function shownJson(code) {
  const whole = code.trim().replaceAll(/:\s*…/g, ": null").replaceAll(/,\s*…/g, "");
  return JSON.parse(whole.startsWith("{") ? whole : `{${whole}}`);
}

/** Places where `shown` is not like `real`; null is like anything. `given` names lists that may be empty. */
export function unlike(shown, real, given = [], at = "") {
  if (shown === null || shown === undefined) return [];
  if (Array.isArray(shown)) {
    if (!Array.isArray(real)) return [`${at} is no list`];
    if (shown.length > 0 && real.length === 0) return given.includes(at) ? [] : [`${at} is empty: nothing to compare with`];
    return shown.flatMap((one, index) => {
      const tries = real.map((other) => unlike(one, other, given, `${at}[]`));
      return tries.sort((a, b) => a.length - b.length)[0].map((what) => `${what} (the ${index + 1}. one)`);
    });
  }
  if (typeof shown === "object") {
    if (typeof real !== "object" || real === null) return [`${at} is no object`];
    return Object.entries(shown).flatMap(([name, value]) => {
      const place = at ? `${at}.${name}` : name;
      return name in real ? unlike(value, real[name], given, place) : [`there is no ${place}`];
    });
  }
  // Where nothing is known yet.
  if (real === null) return [];
  return typeof shown === typeof real ? [] : [`${at} is ${JSON.stringify(real)}`];
}
