// The API, asked with the cookie of whoever signed in.

/** Ends what is being asked in somebody's name. */
let asking = new AbortController();

/** What the API answers instead: `status`, `code`, `field` as in its problem document. */
class Problem extends Error {
  constructor({ detail, title, ...more }) {
    super(detail ?? title);
    Object.assign(this, more);
  }
}

/** Whose figures the page shows. */
let project;

/** From now on it is asked about the project `name`; what was asked about another ends. */
export function openProject(name) {
  if (name === project) return;
  endAsking();
  project = name;
}

/** Signing in and out is about all of them. */
const isAboutOne = (path) => path.startsWith("/v1/") && !/^\/v1\/login(\?|$)/.test(path);

/** A path of the API that says which project it is asked about, for requests and links. */
export function ofProject(path) {
  if (!project || !isAboutOne(path)) return path;
  return `${path}${path.includes("?") ? "&" : "?"}${new URLSearchParams({ project })}`;
}

/** The response, if it is a good one, or of a status that is an answer `also`. */
export async function ask(path, { signal, also = [], ...options } = {}) {
  const signals = [isAboutOne(path) && asking.signal, signal].filter(Boolean);
  const response = await fetch(ofProject(path), { cache: "no-store", ...options, signal: AbortSignal.any(signals) });
  if (!response.ok && !also.includes(response.status)) {
    const { status, statusText } = response;
    const problem = await response.json().catch(() => ({}));
    throw new Problem({ title: statusText || `status ${status}`, ...problem, status });
  }
  return response;
}

/** What a path tells. */
export async function get(path, options) {
  return (await ask(path, options)).json();
}

/** Sends JSON (or nothing); the JSON of the answer, `null` where it has none. */
export async function send(method, path, body) {
  const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await ask(path, { method, ...(body === undefined ? {} : json) });
  return response.status === 204 ? null : response.json();
}

/** A path with its query; what is undefined, null or empty is left out. */
export function path(base, query = {}) {
  const said = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const text = new URLSearchParams(said.map(([name, value]) => [name, String(value)])).toString();
  return text ? `${base}?${text}` : base;
}

/** Nobody asks anything in that name any more. */
export function endAsking() {
  asking.abort();
  asking = new AbortController();
}

/** Whether it only says that nobody waits for the answer any more. */
export function isAborted(error) {
  return error.name === "AbortError";
}
