// A network that fails in every way, between pages and the collector, and knows
// what went through it. What it does follows from a seed.

import { createServer, request as forward } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

/** Numbers from 0 to 1 that follow from `seed` (mulberry32). */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let n = Math.imul(state ^ (state >>> 15), state | 1);
    n ^= n + Math.imul(n ^ (n >>> 7), n | 61);
    return ((n ^ (n >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What may happen to a batch, and of a hundred how many it happens to. */
const FAULTS = {
  lost: 8,
  unanswered: 8,
  cutRequest: 6,
  cutAnswer: 4,
  late: 8,
  overtaken: 6,
  twice: 6,
  ill: 4,
  busy: 2,
};

export class Faults {
  /** Batches that arrived: `{ output, seqs, fault, status }`. */
  batches = [];
  on = true;
  /** Overrides what the seed says, for tests of one case. */
  fault = undefined;
  /** Whether a request to `/held` has come. */
  held = false;
  #next = null;

  static async open(collector, random, port = 0) {
    const faults = new Faults();
    Object.assign(faults, { collector, random });
    faults.server = createServer((request, response) => faults.#serve(request, response).catch(() => response.destroy()));
    await new Promise((resolve) => faults.server.listen(port, "127.0.0.1", resolve));
    faults.url = `http://127.0.0.1:${faults.server.address().port}`;
    return faults;
  }

  async #serve(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    // A request of somebody else, which is never answered.
    if (request.url === "/held") return void (this.held = true);
    if (request.method !== "POST") return this.#pass(request, body, response);
    const batch = { ...read(body), fault: this.on ? (this.fault ?? this.#choose()) : "none", beacon: request.headers["sec-fetch-mode"] === "no-cors" };
    this.batches.push(batch);
    this.#next?.();
    await this.#suffer(batch, request, body, response);
  }

  #choose() {
    let place = this.random() * 100;
    return Object.keys(FAULTS).find((name) => (place -= FAULTS[name]) < 0) ?? "none";
  }

  async #suffer(batch, request, body, response) {
    const pass = async (to) => {
      batch.status = await this.#pass(request, body, to);
    };
    switch (batch.fault) {
      case "lost":
        return response.destroy();
      case "unanswered":
        await pass(null);
        return response.destroy();
      case "cutRequest":
        await this.#cut(request, body);
        return response.destroy();
      case "cutAnswer":
        await pass(null);
        return response.socket.end("HTTP/1.1 20");
      case "late":
        await delay(50 + this.random() * 400);
        return pass(response);
      case "overtaken":
        await Promise.race([new Promise((resolve) => (this.#next = resolve)), delay(500)]);
        await delay(20);
        return pass(response);
      case "twice":
        await pass(null);
        return pass(response);
      case "ill":
      case "busy": {
        const cors = { "access-control-allow-origin": "*", "access-control-expose-headers": "retry-after" };
        response.writeHead(batch.fault === "ill" ? 503 : 429, { ...cors, "retry-after": "1" });
        return response.end();
      }
      default:
        return pass(response);
    }
  }

  /** To the collector and back; resolves with the status. */
  #pass({ method, url, headers }, body, response) {
    return new Promise((resolve, reject) => {
      const onward = forward(new URL(url, this.collector), { method, headers, agent: false }, (answer) => {
        response?.writeHead(answer.statusCode, answer.headers);
        answer.on("error", reject);
        answer.on("end", () => resolve(answer.statusCode));
        if (response) answer.pipe(response);
        else answer.resume();
      });
      onward.on("error", reject);
      onward.end(body);
    });
  }

  /** The collector gets half of it. */
  #cut({ method, url, headers }, body) {
    return new Promise((resolve) => {
      const onward = forward(new URL(url, this.collector), { method, headers, agent: false });
      onward.on("error", resolve);
      onward.on("close", resolve);
      onward.write(body.subarray(0, body.length / 2), () => onward.destroy());
    });
  }

  async close() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** The output of the first event and the numbers of all, by signals/WIRE.md. */
export function read(body) {
  let at = 17;
  const varint = () => {
    for (let value = 0, unit = 1; ; unit *= 128) {
      const byte = body[at++];
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
  };
  const text = () => {
    const length = varint();
    return body.toString("utf8", at, (at += length));
  };
  text();
  const session = body.toString("hex", at, (at += 16));
  if (body[at++] > 0) text();
  varint();
  varint();
  for (let n = 0; n < 5; n++) text();
  varint();
  const seqs = [];
  let output;
  let next = 0;
  for (let count = varint(); count > 0; count--) {
    const end = varint() + at;
    at += 1;
    next += varint();
    seqs.push(next++);
    if (output === undefined) {
      varint();
      at += 2;
      output = text();
    }
    at = end;
  }
  return { session, output, seqs };
}
