// Every path that the dashboard asks for what is in a store, as its own modules say.

import { stateOf } from "../../collector/dashboard/frame/state.js";
import { composition } from "../../collector/dashboard/views/datasets/composition.js";
import { gate } from "../../collector/dashboard/views/experiments/gate.js";
import { VIEWS } from "../../collector/dashboard/views/index.js";

/** A view's address may say this; what a view does not know it leaves alone. */
const CHOICES = {
  guardrails: [{ by: "model" }],
  outputs: [{ q: "the" }, { state: "negative" }, { kind: "regenerated" }],
};

/** `[{ view, path }]`, each path once; `there` names what is in the store. */
export async function asked({ model, output, build, experiment, arms }, now) {
  const login = { project: "bench", scopes: ["read", "ingest", "admin"] };
  const ids = { outputs: output, datasets: build, experiments: experiment };
  const all = new Map();
  const add = (view, path) => all.has(path) || all.set(path, view);
  for (const entry of VIEWS) {
    const { api } = await entry.load();
    const states = [{}, ...(CHOICES[entry.name] ?? [])];
    if (entry.range !== false) states.push({ since: "90d" });
    if (entry.range !== false && entry.filter !== false) states.push({ model });
    const routes = states.map((params) => ({ name: entry.name, params }));
    if (ids[entry.name]) routes.push({ name: entry.name, id: ids[entry.name], params: {} });
    for (const route of routes) {
      for (const one of api(stateOf(route, login, now))) add(entry.title, one.path ?? one);
    }
  }
  for (const arm of arms) add("Experiments, the gate", gate(experiment, arm));
  add("Datasets, composition", composition(build));
  return [...all].map(([path, view]) => ({ view, path }));
}
