// Small helpers around node:http.

export class HttpError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export function refuse(status, message) {
  throw new HttpError(status, message);
}

/** The JSON body of a request. Other content types are refused, so no foreign form can post here. */
export async function readJson(req, bytesMax) {
  const type = (req.headers["content-type"] ?? "").split(";")[0].trim();
  if (type !== "application/json") refuse(415, "send application/json");
  const chunks = [];
  let bytes = 0;
  for await (const chunk of req) {
    bytes += chunk.length;
    if (bytes > bytesMax) refuse(413, `the body is larger than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    refuse(400, "the body is not JSON");
  }
}

export function sendJson(res, status, value) {
  res.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  res.end(JSON.stringify(value));
}
