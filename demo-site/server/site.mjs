// The routes of the site. A request goes: headers → route → handler; a HttpError becomes its status.

import { createServer } from "node:http";
import { asset } from "./assets.mjs";
import { chat } from "./chat.mjs";
import { docs } from "./docs/site.mjs";
import { HttpError, refuse, sendJson } from "./http.mjs";
import { label } from "./label.mjs";
import { page } from "./page.mjs";
import { Registrar } from "./registrar.mjs";
import { securityHeaders } from "./security.mjs";
import { visitors } from "./visitors/visitors.mjs";

const DRAIN_MS = 2_000;

export function createSite(config) {
  const context = { ...config, registrar: new Registrar(config), streams: new Set() };
  const headers = securityHeaders(config);

  const server = createServer(async (req, res) => {
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    try {
      await route(req, res, context);
    } catch (error) {
      answerError(res, error);
    }
  });

  return {
    server,
    /** Stops what is being written, lets registrations finish, closes. */
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const stream of context.streams) stream.abort();
      await context.registrar.drain(DRAIN_MS);
      server.closeAllConnections();
      await closed;
    },
  };
}

async function route(req, res, context) {
  const path = req.url.split("?")[0];
  const post = { "/api/chat": chat, "/api/visitors": visitors }[path];
  if (post) {
    if (req.method !== "POST") refuse(405, "use POST");
    return post(req, res, context);
  }
  if (req.method !== "GET" && req.method !== "HEAD") refuse(405, "use GET");
  if (path === "/") return page(res, context);
  if (path === "/healthz") return sendJson(res, 200, { status: "ok" });
  if (path === "/config.json") return sendJson(res, 200, publicConfig(context));
  if (path.startsWith("/api/label/")) return label(res, path.slice("/api/label/".length), context);
  if (docs(req, res, path)) return;
  if (!(await asset(req, res, path))) refuse(404, "not found");
}

function publicConfig({ tacitUrl, publishableKey }) {
  return { collector: tacitUrl, publishable_key: publishableKey };
}

function answerError(res, error) {
  if (!(error instanceof HttpError)) console.error(error);
  if (res.headersSent) return res.destroy();
  const status = error instanceof HttpError ? error.status : 500;
  if (status === 413) res.setHeader("connection", "close"); // the rest of the body is not read
  sendJson(res, status, { error: status === 500 ? "internal error" : error.message });
}
