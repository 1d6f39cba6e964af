// What the environment says, read once. Nothing else in the site looks at process.env.

const DEFAULT_TACIT_URL = "http://127.0.0.1:8787";

export function configFrom(env) {
  return {
    port: wholeNumber(env.PORT, 8788),
    wordMs: wholeNumber(env.TACIT_DEMO_WORD_MS, 30),
    tacitUrl: (env.TACIT_URL || DEFAULT_TACIT_URL).replace(/\/+$/, ""),
    publishableKey: env.TACIT_PUBLISHABLE_KEY ?? "",
    secretKey: env.TACIT_SECRET_KEY ?? "",
  };
}

function wholeNumber(text, otherwise) {
  if (text === undefined || text === "") return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`not a whole number: ${text}`);
  return value;
}
