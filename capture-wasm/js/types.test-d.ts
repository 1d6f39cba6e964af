// Compiled, never run: what must type-check, and what must not.

import { start, type Handle, type SignalEvent, type StartOptions } from "tacit-capture";
import { assign, type Assignment, type Plan } from "tacit-capture/assign";

const options: StartOptions = {
  key: "pk_x",
  endpoint: "https://collector.example/c",
  adapter: { output: ".answer", id: "data-id" },
  onSignal: (signal) => describe(signal),
  onSend: ({ bytes, status }) => console.log(bytes, status?.toFixed()),
  onError: ({ code, message }) => console.log(code, message),
};
const tacit: Handle = start(options);

tacit.output(document.body, { id: "o-1", conversation: "c-1", turn: 2, variant: 0, token: "t" });
tacit.signal("o-1", "accepted");
tacit.signal("o-1", "copied", { share: 0.5, via: "api" });
tacit.signal("o-1", "rated", { value: -1, reason: "wrong" });
tacit.signal("o-1", "converted", { name: "order", value: 49.9 });
tacit.consent("denied");
tacit.flush().then(() => tacit.stop());

function describe(signal: SignalEvent): string {
  // The kind tells the fields.
  if (signal.kind === "copied") return `${signal.share} ${signal.via}`;
  if (signal.kind === "edited") return `${signal.survival} ${signal.final}`;
  // @ts-expect-error: `survival` is of `edited` only
  return `${signal.survival}`;
}

// @ts-expect-error: a key is required
start({});
// @ts-expect-error: an output needs an id
tacit.output(document.body, { turn: 1 });
// @ts-expect-error: no such kind
tacit.signal("o-1", "liked");
// @ts-expect-error: a rating has a value
tacit.signal("o-1", "rated");
// @ts-expect-error: `via` names one of four ways
tacit.signal("o-1", "copied", { via: "osmosis" });
// @ts-expect-error: text leaves under three settings only
start({ key: "pk_x", content: "all" });

const plan: Plan = { name: "tone", holdout: 0.1, traffic: 1, arms: [{ name: "a", weight: 0.5 }, { name: "b", weight: 0.5 }] };
// A declaration that nobody can change is one as well.
const declared = { name: "tone", holdout: 0, traffic: 1, arms: [{ name: "a", weight: 0.5 }, { name: "b", weight: 0.5 }] } as const;
const told: Promise<Assignment[]> = Promise.all([assign(plan, "u-42"), assign(declared, "u-42")]);
told.then(([{ arm, holdout, propensity }]) => console.log(arm?.length, holdout ? 1 : 0, propensity.toFixed(3)));

// @ts-expect-error: the holdout has no default that a declaration might not share
assign({ name: "tone", traffic: 1, arms: [] }, "u-42");
// @ts-expect-error: nobody is not a person
assign(plan, null);
// @ts-expect-error: may be null
told.then(([{ arm }]) => arm.length);
