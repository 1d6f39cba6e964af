// Headers of every answer. The policy shows what a strict site has to allow for Tacit: its origin
// as a source of scripts and of requests, and WebAssembly. Nothing else.

export function securityHeaders({ tacitUrl }) {
  const collector = new URL(tacitUrl).origin;
  const policy = {
    "default-src": "'none'",
    "script-src": `'self' ${collector} 'wasm-unsafe-eval'`,
    "connect-src": `'self' ${collector}`,
    "style-src": "'self'",
    "img-src": "'self' data:",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
  };
  return {
    "content-security-policy": Object.entries(policy).map((pair) => pair.join(" ")).join("; "),
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    // Not no-referrer: a beacon would then say `Origin: null`, and the collector checks origins.
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-content-type-options": "nosniff",
  };
}
