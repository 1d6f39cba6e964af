// Where a link of a Markdown file leads on the site. In the repository the files are read as they
// are, so links are paths between files; here pages have no suffix, and files of the repository
// that the documentation points to are shown as text.

import { posix } from "node:path";

/** Where the pages lie in the repository, and where on the site. */
export const FOLDER = "demo-site/docs";
const SITE = "/docs";

/** The site's address of `href` as written in the file `from`, a path from the repository's root. */
export function placeOf(href, from) {
  const file = fileOf(href, from);
  if (file === null) return href;
  const hash = href.includes("#") ? href.slice(href.indexOf("#")) : "";
  const inFolder = posix.relative(FOLDER, file);
  if (inFolder === "README.md") return `${SITE}/${hash}`;
  if (inFolder.startsWith("..")) return `${SITE}/source/${file}${hash}`;
  return `${SITE}/${inFolder.replace(/\.md$/, "")}${hash}`;
}

/** The file of the repository that `href` names; null for an address elsewhere or on the same page. */
export function fileOf(href, from) {
  if (/^([a-z][a-z+.-]*:|#|\/)/i.test(href)) return null;
  return posix.normalize(posix.join(posix.dirname(from), href.split("#")[0]));
}
