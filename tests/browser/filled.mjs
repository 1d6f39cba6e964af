// What the simulator does not make: a build, and an experiment people took part in.

import { expect } from "@playwright/test";

export const copied = (seq, output) => ({ seq, kind: "copied", output, chars: 11, share: 1, via: "button" });

/** A project with a build and an experiment people took part in. */
export async function filled({ url, key, publishable }, text = "An answer") {
  const post = async (path, body) => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const response = await fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const experiment = {
    name: "tone", arms: [{ name: "plain", weight: 0.5 }, { name: "warm", weight: 0.5 }], note: text,
    primary: "use_rate", secondary: ["regenerate_rate"], guardrails: [{ metric: "return_rate", margin: 0.02 }], mde: 0.02, settle: "0h",
  };
  await post("/v1/experiments", experiment);
  const outputs = [];
  for (let n = 0; n < 12; n += 1) {
    const subject = `u-${n}`;
    const told = await (await fetch(`${url}/v1/assign?experiment=tone&subject=${subject}`, { headers: { authorization: `Bearer ${key}` } })).json();
    outputs.push({ id: `b-${n}`, conversation: `c-${n}`, turn: 1, subject, model: text, prompt_version: text, arms: { tone: told.arm }, input: [{ role: "user", content: `${text}?` }], output: `${text} ${n} ${"word ".repeat(n + 3)}` });
  }
  await post("/v1/outputs", outputs);
  const now = Date.now();
  for (let n = 0; n < 12; n += 1) {
    const session = n.toString(16).padStart(32, "a");
    const events = [
      { seq: 0, at: now, kind: "shown", output: `b-${n}`, conversation: `c-${n}`, turn: 1, variant: 0, chars: 60, words: 12, code_share: 0, stream_ms: 10 },
      { ...copied(1, `b-${n}`), at: now },
    ].slice(0, n % 3 === 0 ? 1 : 2);
    const body = JSON.stringify({ v: 1, key: publishable, session, subject: `u-${n}`, sent_at: now, events });
    expect((await fetch(`${url}/c`, { method: "POST", body })).status).toBe(204);
  }
  await post("/v1/releases", { name: "m-2", kind: "model", note: text });
  const build = await post("/v1/datasets/builds", { format: "trl-kto" });
  await expect.poll(async () => (await (await fetch(`${url}/v1/datasets/builds/${build.id}`, { headers: { authorization: `Bearer ${key}` } })).json()).state).toBe("done");
  return build.id;
}
