// Every view, a line each, in the order of the navigation: its name in the address, its
// title, its group, its module. `filter: false` is for views that model and prompt version
// mean nothing to, `range: false` for those that no time does either.

export const GROUPS = ["Overview", "Answers", "Improve", "Integrate", "Operate"];

export const VIEWS = [
  { name: "overview", title: "Overview", group: "Overview", load: () => import("./overview.js") },
  { name: "breakdown", title: "Breakdown", group: "Overview", load: () => import("./breakdown.js") },
  { name: "funnel", title: "Funnel", group: "Overview", load: () => import("./funnel.js") },
  { name: "outputs", title: "Outputs", group: "Answers", load: () => import("./outputs.js") },
  { name: "datasets", title: "Datasets", group: "Improve", load: () => import("./datasets.js"), range: false },
  { name: "experiments", title: "Experiments", group: "Improve", load: () => import("./experiments.js"), range: false },
  { name: "guardrails", title: "Guardrails", group: "Improve", load: () => import("./guardrails.js"), filter: false },
  { name: "install", title: "Install check", group: "Integrate", load: () => import("./install.js"), range: false },
  { name: "live", title: "Live signals", group: "Integrate", load: () => import("./live.js"), range: false },
  { name: "keys", title: "Keys", group: "Integrate", load: () => import("./keys.js"), range: false },
  { name: "ingest", title: "Ingest health", group: "Operate", load: () => import("./ingest.js"), range: false },
  { name: "screen", title: "Screen", group: "Operate", load: () => import("./screen.js"), range: false },
  { name: "retention", title: "Retention", group: "Operate", load: () => import("./retention.js"), range: false },
  { name: "erasures", title: "Erasures", group: "Operate", load: () => import("./erasures.js"), range: false },
];
