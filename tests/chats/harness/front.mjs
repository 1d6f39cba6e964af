// A server in front of a chat that is a program of its own: puts the snippet
// into its pages, as its team would into the template, and answers for the model.

import { createServer, request as ask } from "node:http";
import { connect } from "node:net";

/** `chat` is the program's port. */
export async function serveInFront({ chat, snippet, model }) {
  const server = createServer(async (request, response) => {
    if (await model.handle(request, response)) return;
    // An answer that is packed cannot be written into.
    const headers = { ...request.headers, "accept-encoding": "identity" };
    const onward = ask({ host: "127.0.0.1", port: chat, method: request.method, path: request.url, headers }, (answer) => pass(answer, response, snippet));
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    request.pipe(onward);
  });
  server.on("upgrade", (request, socket, head) => tunnel(chat, request, socket, head));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const sockets = new Set();
  server.on("upgrade", (_, socket) => sockets.add(socket));
  const { port } = server.address();
  return {
    // Another host than the collector's: cookies do not mind ports.
    url: `http://localhost:${port}/`,
    model: `http://127.0.0.1:${port}/`,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function pass(answer, response, snippet) {
  const isPage = answer.headers["content-type"]?.startsWith("text/html");
  if (!isPage) {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
    return;
  }
  const chunks = [];
  answer.on("data", (chunk) => chunks.push(chunk));
  answer.on("end", () => {
    const page = Buffer.concat(chunks).toString().replace(/<head[^>]*>/, (head) => head + snippet);
    const { "content-length": _, ...headers } = answer.headers;
    response.writeHead(answer.statusCode, headers);
    response.end(page);
  });
}

/** A WebSocket: the same bytes in both directions. */
function tunnel(port, request, socket, head) {
  const onward = connect(port, "127.0.0.1", () => {
    const lines = [`${request.method} ${request.url} HTTP/1.1`];
    for (let i = 0; i < request.rawHeaders.length; i += 2) lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
    onward.write(`${lines.join("\r\n")}\r\n\r\n`);
    onward.write(head);
    onward.pipe(socket).pipe(onward);
  });
  for (const [one, other] of [[onward, socket], [socket, onward]]) {
    one.on("error", () => other.destroy());
    one.on("close", () => other.destroy());
  }
}
