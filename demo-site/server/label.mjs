// GET /api/label/:id: what Tacit knows about one output. The secret key stays on this side.

import { refuse } from "./http.mjs";

const REQUEST_TIMEOUT_MS = 3_000;
const OUTPUT_ID = /^o-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/; // the ids this server makes

export async function label(res, id, { tacitUrl, secretKey }) {
  if (!OUTPUT_ID.test(id)) refuse(404, "no such output");
  const { status, body } = await explain(`${tacitUrl}/v1/outputs/${id}`, secretKey);
  res.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  res.end(body);
}

async function explain(url, secretKey) {
  try {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${secretKey}` },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    return { status: response.status, body: await response.text() };
  } catch {
    refuse(502, "the collector does not answer");
  }
}
