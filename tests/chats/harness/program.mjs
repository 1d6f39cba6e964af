// A chat that is a program of its own, started anew for every visit in an empty folder.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child } from "../../../capture-wasm/build/children.mjs";
import { freePort } from "../../browser/ports.mjs";
import { serveInFront } from "./front.mjs";
import { pythonPackages } from "./python.mjs";

/** Once is 30 s; the heaviest needs more on a machine with other things to do. */
const PATIENCE = 8;

/**
 * A chat's `prepare`: installs the requirements of `id`; resolves with a way to
 * serve what `start` returns, [program, ...arguments] and variables, when given
 * { port, folder, model, bin }. It is ready when `ready` answers.
 */
export function program(id, ready, start) {
  return async () => {
    const bin = await pythonPackages(id);
    return async ({ model, snippet }) => {
      const folder = await mkdtemp(join(tmpdir(), `tacit-${id}-`));
      const port = await freePort();
      const front = await serveInFront({ chat: port, snippet, model });
      const { command, env } = start({ port, folder, model: front.model, bin });
      const [name, ...args] = command;
      const child = new Child(id, join(bin, name), args, env);
      await patiently(child, `http://127.0.0.1:${port}${ready}`);
      return {
        url: front.url,
        async close() {
          await front.close();
          await child.stop();
          await rm(folder, { recursive: true });
        },
      };
    };
  };
}

async function patiently(child, url) {
  for (let left = PATIENCE; ; left--) {
    try {
      return await child.ready(url);
    } catch (error) {
      if (child.over || left === 1) throw error;
    }
  }
}
