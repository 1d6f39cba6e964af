// The chat as a site would serve it, with one script in its head, and a server on another origin
// that takes whatever that script sends and keeps it.

import { readFile } from "node:fs/promises";
import { createServer, request as forward } from "node:http";
import { join } from "node:path";

const TYPES = { html: "text/html; charset=utf-8", js: "text/javascript" };

/** `head` goes into the page, `scripts` are served as `/peer/NAME.js`. */
export async function serveChat(scripts, port = 0) {
  let head = "";
  const server = createServer(async (request, response) => {
    const [, name] = request.url.match(/^\/peer\/(\w+)\.js$/) ?? [];
    if (name) return response.setHeader("content-type", TYPES.js).end(scripts.get(name));
    if (request.url !== "/") return response.writeHead(404).end();
    const html = await readFile(join(import.meta.dirname, "chat.html"), "utf8");
    response.setHeader("content-type", TYPES.html).end(html.replace("%SNIPPET%", head));
  });
  const url = await listen(server, port);
  return { url, setHead: (html) => (head = html), close: () => close(server) };
}

/** Answers everybody as their own service would where nothing is to be done; or hands on. */
export async function openSink(onward) {
  const requests = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url, headers, rawHeaders } = request;
      const body = Buffer.concat(chunks);
      requests.push({ method, url, headerBytes: headerBytes(request), body });
      if (onward) return handOn(onward, { method, url, headers, body }, response);
      const origin = rawHeaders[rawHeaders.findIndex((name) => /^origin$/i.test(name)) + 1] ?? "*";
      const asked = request.headers["access-control-request-headers"];
      response.writeHead(200, {
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET, POST, OPTIONS",
        ...(asked && { "access-control-allow-headers": asked }),
        "content-type": "application/json",
      });
      response.end('{"status":1,"code":200}');
    });
  });
  const url = await listen(server);
  return { url, requests, close: () => close(server) };
}

function handOn(onward, { method, url, headers, body }, response) {
  const passed = forward(new URL(url, onward), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  passed.on("error", () => response.destroy());
  passed.end(body);
}

/** As HTTP/1.1 sends them: the request line, the headers, their ends. */
function headerBytes({ method, url, rawHeaders }) {
  const line = `${method} ${url} HTTP/1.1\r\n`.length;
  return rawHeaders.reduce((sum, part) => sum + part.length + 2, line + 2);
}

async function listen(server, port = 0) {
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

function close(server) {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}
