import { starter } from "./front.js";

export const start = starter(async () => {
  const core = await import("./core.js");
  await core.load();
  return core;
});
