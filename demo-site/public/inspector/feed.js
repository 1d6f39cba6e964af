// What Tacit reported on this page, from the first moment on: see tacit-options.js.

export function follow(listener) {
  const feed = window.tacitFeed;
  for (const entry of feed.kept) listener(entry);
  feed.addEventListener("entry", ({ detail }) => listener(detail));
}
