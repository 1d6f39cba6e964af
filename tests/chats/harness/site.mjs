// The site of a team that has a chat and puts Tacit's one line on it.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = { ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8" };

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Assistant</title>
<link rel="stylesheet" href="/page.css">
<style>html, body, #root { height: 100%; margin: 0 }</style>
%SNIPPET%
</head>
<body>
<div id="root"></div>
<script src="/page.js"></script>
</body>
</html>
`;

/**
 * Serves the folder `www` (its `page.html`, else a plain page around `page.js`)
 * with `snippet` in it, and what the `model` answers.
 */
export async function serveSite({ www, html = PAGE, snippet, model }) {
  const server = createServer(async (request, response) => {
    try {
      if (await model.handle(request, response)) return;
      const { pathname } = new URL(request.url, "http://site");
      if (pathname === "/") return send(response, ".html", html.replace("%SNIPPET%", () => snippet));
      send(response, extname(pathname), await readFile(join(www, normalize(pathname))));
    } catch {
      if (!response.headersSent) response.writeHead(404);
      response.end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response, ending, body) {
  response.setHeader("content-type", TYPES[ending] ?? "application/octet-stream");
  response.end(body);
}
