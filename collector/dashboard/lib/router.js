// The address of a view: `#/NAME/ID?project=shop&since=7d&model=m-1`.

/** What stays when one goes from view to view. */
const KEPT = ["project", "since", "until", "model", "prompt_version"];

/** `{name, id, params}` of a fragment, `null` where it is no view's. */
export function read(fragment) {
  const text = fragment.replace(/^#/, "");
  if (text === "") return { name: "", id: undefined, params: {} };
  // As briefs have it.
  if (text.startsWith("output=")) return { name: "outputs", id: decoded(text.slice("output=".length)), params: {} };
  if (!text.startsWith("/")) return null;
  const [path, query = ""] = cut(text.slice(1), "?");
  const [name, id] = cut(path, "/");
  return { name, id: id ? decoded(id) : undefined, params: Object.fromEntries(new URLSearchParams(query)) };
}

/** The fragment of a view. */
export function write({ name, id, params = {} }) {
  const { project, ...rest } = params;
  const said = Object.entries({ project, ...rest }).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const query = new URLSearchParams(said).toString();
  return `#/${name}${id ? `/${encodeURIComponent(id)}` : ""}${query ? `?${query}` : ""}`;
}

/**
 * Where `to` leads from here: `"NAME"` or `"NAME/ID"` (the id encoded) is another view,
 * which keeps range and filter; an object changes parameters of this one. `null` takes one
 * away.
 */
export function next(here, to, params = {}) {
  if (typeof to === "object") return { ...here, params: { ...here.params, ...to } };
  const [name, id] = cut(to, "/");
  const kept = Object.fromEntries(KEPT.map((key) => [key, here.params[key]]));
  return { name, id: id && decoded(id), params: { ...kept, ...params } };
}

function cut(text, at) {
  const index = text.indexOf(at);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + at.length)];
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
