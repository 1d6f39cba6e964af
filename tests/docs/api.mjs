// The collector's OpenAPI document, asked whether a request can be made.

export class Api {
  #paths;

  constructor(document) {
    this.#paths = Object.entries(document.paths).map(([pattern, operations]) => ({
      // An id may hold slashes.
      matches: new RegExp(`^${pattern.replaceAll(/\{id\}$/g, ".+").replaceAll(/\{\w+\}/g, "[^/]+")}$`),
      operations,
    }));
  }

  /** What is wrong with a request; null if nothing is. `query` is a list of names. */
  wrongRequest(method, path, query = []) {
    const known = this.#paths.filter(({ matches }) => matches.test(path));
    if (known.length === 0) return `the API has no ${path}`;
    const operation = known.map(({ operations }) => operations[method.toLowerCase()]).find(Boolean);
    if (!operation) return `the API has no ${method} ${path}`;
    const names = (operation.parameters ?? []).filter((it) => it.in === "query").map(({ name }) => name);
    const unknown = query.find((name) => !names.includes(name));
    return unknown ? `${method} ${path} has no parameter ${unknown}; it has ${names.join(", ") || "none"}` : null;
  }

  wrongCurl(args) {
    const url = args.find((arg) => /^"?(https?:\/\/|\$\{?TACIT_URL)/.test(arg));
    if (!url) return `curl ${args.join(" ")}: no address`;
    const { pathname, searchParams } = new URL(url.replace(/^\$\{?TACIT_URL\}?/, "http://collector"));
    const method = valueOf(args, ["-X", "--request"]) ?? (bodyOf(args) === undefined ? "GET" : "POST");
    const body = bodyOf(args);
    if (body?.startsWith("{") || body?.startsWith("[")) {
      try {
        JSON.parse(body);
      } catch (error) {
        return `curl to ${pathname}: the body is no JSON: ${error.message}`;
      }
    }
    // The demo's own server.
    if (pathname.startsWith("/api/")) return null;
    return this.wrongRequest(method, decodeURIComponent(pathname), [...searchParams.keys()]);
  }
}

const bodyOf = (args) => valueOf(args, ["-d", "--data", "--data-binary", "--json"]);

function valueOf(args, names) {
  const at = args.findIndex((arg) => names.includes(arg));
  return at === -1 ? undefined : args[at + 1];
}
