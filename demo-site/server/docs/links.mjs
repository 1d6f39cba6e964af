// Where a link of a Markdown file leads on the site. In the repository the files are read as they
// are, so links are paths between files; here pages have no suffix, and files of the repository
// that the documentation points to are shown as text.

import { posix } from "node:path";

/** Where the pages lie in the repository, and where on the site. */
export const FOLDER = "demo-site/docs";
const SITE = "/docs";

/** Pages that lie beside the code they are the norm of, by their names on the site. */
const ELSEWHERE = { wire: "signals/WIRE.md", assign: "signals/ASSIGN.md" };

/** The file of the repository that is the page `name`. */
export function fileOfPage(name) {
  return ELSEWHERE[name] ?? `${FOLDER}/${name}.md`;
}

/** The name of the page that is the file `file` of the repository, or null. */
export function pageOfFile(file) {
  const elsewhere = Object.keys(ELSEWHERE).find((name) => ELSEWHERE[name] === file);
  if (elsewhere) return elsewhere;
  const name = posix.relative(FOLDER, file);
  return name.endsWith(".md") && !name.startsWith("..") ? name.slice(0, -".md".length) : null;
}

/** The site's address of `href` as written in the file `from`, a path from the repository's root. */
export function placeOf(href, from) {
  const file = fileOf(href, from);
  if (file === null) return href;
  const hash = href.includes("#") ? href.slice(href.indexOf("#")) : "";
  const page = pageOfFile(file);
  if (page !== null) return `${SITE}/${page === "README" ? "" : page}${hash}`;
  const inFolder = posix.relative(FOLDER, file);
  return inFolder.startsWith("..") ? `${SITE}/source/${file}${hash}` : `${SITE}/${inFolder}${hash}`;
}

/** The file of the repository that `href` names; null for an address elsewhere or on the same page. */
export function fileOf(href, from) {
  if (/^([a-z][a-z+.-]*:|#|\/)/i.test(href)) return null;
  return posix.normalize(posix.join(posix.dirname(from), href.split("#")[0]));
}
