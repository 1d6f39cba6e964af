// MLflow, told assessments of traces: `POST /api/3.0/mlflow/traces/{trace}/assessments`.

import { join } from "node:path";
import { freePort } from "../../browser/ports.mjs";
import { post } from "./load.mjs";
import { bytesBelow, service } from "./service.mjs";

export const name = "mlflow";
/** An assessment is a request. */
export const most = 1;

export async function open({ python, folder, version }) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const database = join(folder, "mlflow.db");
  const command = [python, "-m", "mlflow", "server", "--backend-store-uri", `sqlite:///${database}`, "--host", "127.0.0.1", "--port", `${port}`];
  const env = { MLFLOW_DISABLE_TELEMETRY: "true", DO_NOT_TRACK: "true" };
  const stop = await service([...command, "--default-artifact-root", join(folder, "artifacts")], { env, folder, probe: `${url}/health` });
  const traces = `${url}/api/3.0/mlflow/traces`;
  const traceOf = (answer) => `tr-${answer}`;
  return {
    note: `mlflow ${version}, SQLite, \`POST …/traces/{trace}/assessments\`, one a request; its server's own number of workers`,
    async register(answers) {
      const request_time = new Date().toISOString();
      for (const answer of answers) {
        const trace_info = {
          trace_id: traceOf(answer),
          trace_location: { type: "MLFLOW_EXPERIMENT", mlflow_experiment: { experiment_id: "0" } },
          request_time,
          state: "OK",
          request_preview: "Why?",
          response_preview: "Because.",
        };
        await post({ url: traces, body: JSON.stringify({ trace: { trace_info } }) });
      }
    },
    request([{ answer, person, value }]) {
      const time = new Date().toISOString();
      const assessment = {
        assessment_name: "rating",
        trace_id: traceOf(answer),
        source: { source_type: "HUMAN", source_id: person },
        create_time: time,
        last_update_time: time,
        feedback: { value },
      };
      return { url: `${traces}/${traceOf(answer)}/assessments`, body: JSON.stringify({ assessment }) };
    },
    count: "SELECT count(*) FROM assessments",
    bytes: () => bytesBelow(folder),
    database,
    stop,
  };
}
