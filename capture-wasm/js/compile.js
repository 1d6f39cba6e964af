// How a Wasm module comes.

/** Fetches and compiles it. */
export async function compile(wasm, options) {
  const response = await fetch(wasm, options);
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  // Off the main thread, if the server says what it is.
  const streams = response.headers.get("content-type") === "application/wasm";
  return streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}
