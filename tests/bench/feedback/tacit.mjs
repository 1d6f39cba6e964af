// Tacit, told what somebody's own server knows: `POST /v1/signals`.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { started } from "../collector.mjs";
import { post } from "./load.mjs";
import { bytesBelow } from "./service.mjs";

export const name = "tacit";
export const most = 500;

export async function open({ folder }) {
  const bin = process.env.TACIT_BIN;
  const data = join(folder, "data");
  const made = execFileSync(bin, ["keys", "create", "--data", data, "--project", "bench", "--kind", "secret", "--json"], { encoding: "utf8" });
  const server = await started(bin, data, JSON.parse(made).key);
  const headers = { authorization: `Bearer ${JSON.parse(made).key}` };
  return {
    note: "`POST /v1/signals`, answered once it is on the device",
    async register(answers) {
      const outputs = answers.map((id) => ({ id, input: [{ role: "user", content: "Why?" }], output: "Because." }));
      for (let at = 0; at < outputs.length; at += 100) await post({ url: `${server.url}/v1/outputs`, headers, body: JSON.stringify(outputs.slice(at, at + 100)) });
    },
    request: (feedback) => ({
      url: `${server.url}/v1/signals`,
      headers,
      body: JSON.stringify(feedback.map(({ answer, person, value, at }) => ({ id: person, output: answer, subject: person, at, kind: "rated", value }))),
    }),
    /** Those of the store, of everything once it is there; the log is gone an hour later. */
    async stored() {
      const events = async () => (await server.get("/v1/ledger")).events;
      let { stored, waiting } = await events();
      while (waiting > 0) ({ stored, waiting } = await events());
      return stored;
    },
    bytes: () => bytesBelow(data) - bytesBelow(join(data, "log")),
    database: join(data, "tacit.sqlite"),
    stop: server.stop,
  };
}
