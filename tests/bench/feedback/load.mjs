// Sends requests over so many connections for so long, each connection as soon as it is answered.

import { Agent, request } from "node:http";

/**
 * `next()` makes a request `{ url, headers, body }`; every answer has to be 2xx. Answers with
 * `{ requests, seconds, p50, p99 }`, waits in ms.
 */
export async function load({ next, connections, seconds }) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const waits = [];
  const began = performance.now();
  const until = began + seconds * 1_000;
  const connection = async () => {
    while (performance.now() < until) {
      const at = performance.now();
      await answered(agent, next());
      waits.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  const took = (performance.now() - began) / 1_000;
  agent.destroy();
  waits.sort((a, b) => a - b);
  const at = (share) => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))];
  return { requests: waits.length, seconds: took, p50: at(0.5), p99: at(0.99) };
}

/** One request. */
export const post = (next) => answered(undefined, next);

function answered(agent, { url, headers, body }) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method: "POST", headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body), ...headers } }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        if (answer.statusCode >= 300) reject(new Error(`${url}: ${answer.statusCode} ${text.slice(0, 500)}`));
        else resolve(text);
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
