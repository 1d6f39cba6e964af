// Phoenix, told annotations of spans: `POST /v1/span_annotations`.

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../browser/ports.mjs";
import { post } from "./load.mjs";
import { bytesBelow, service } from "./service.mjs";

export const name = "phoenix";
/** As many as Tacit takes at once; its own API names no limit. */
export const most = 500;

const PROJECT = "bench";

export async function open({ python, folder, version }) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    PHOENIX_WORKING_DIR: folder,
    PHOENIX_HOST: "127.0.0.1",
    PHOENIX_PORT: `${port}`,
    PHOENIX_GRPC_PORT: `${await freePort()}`,
    PHOENIX_TELEMETRY_ENABLED: "false",
    PHOENIX_ALLOW_EXTERNAL_RESOURCES: "false",
  };
  const stop = await service([python, "-m", "phoenix.server.main", "serve"], { env, folder, probe: `${url}/healthz` });
  const spanOf = (answer) => answer.slice(-16);
  return {
    note: `arize-phoenix ${version}, SQLite, \`POST /v1/span_annotations?sync=true\`: answered once committed, which it does not sync (\`synchronous = OFF\`)`,
    async register(answers) {
      const now = new Date().toISOString();
      const spans = answers.map((answer) => ({
        name: "answer",
        context: { trace_id: answer, span_id: spanOf(answer) },
        span_kind: "LLM",
        start_time: now,
        end_time: now,
        status_code: "OK",
        attributes: { "input.value": "Why?", "output.value": "Because." },
      }));
      for (let at = 0; at < spans.length; at += 100) await post({ url: `${url}/v1/projects/${PROJECT}/spans`, body: JSON.stringify({ data: spans.slice(at, at + 100) }) });
      // Spans are inserted after the answer.
      const known = async () => {
        const page = await fetch(`${url}/v1/projects/${PROJECT}/spans?limit=1000`);
        return page.ok ? (await page.json()).data.length : 0;
      };
      while ((await known()) < Math.min(answers.length, 1_000)) await sleep(100);
    },
    request: (feedback) => ({
      url: `${url}/v1/span_annotations?sync=true`,
      body: JSON.stringify({
        data: feedback.map(({ answer, person, value }) => ({ span_id: spanOf(answer), name: "rating", annotator_kind: "HUMAN", identifier: person, result: { score: value } })),
      }),
    }),
    count: "SELECT count(*) FROM span_annotations",
    bytes: () => bytesBelow(folder),
    database: join(folder, "phoenix.db"),
    stop,
  };
}
