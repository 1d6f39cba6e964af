// The operator's page: reads the API with the cookie of whoever signed in. The secret
// key is exchanged for it and kept nowhere. It may come in the URL's fragment, which
// goes to no server and is removed at once.

const EVERY_MS = 3_000;
const DATASETS = [
  ["labels", "every label with its reasons"],
  ["trl-sft", "prompts and good answers"],
  ["trl-dpo", "pairs: preferred and not"],
  ["trl-kto", "answers, good or bad"],
];
const STATES = ["positive", "negative", "conflict", "neutral", "pending"];

const $ = (id) => document.getElementById(id);
const number = new Intl.NumberFormat();
let signedIn = false;
/** Ends what is being asked in somebody's name. */
let asking = new AbortController();

/** The key from the fragment, which is then removed from the address and the history. */
function take() {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (given) history.replaceState(null, "", location.pathname);
  return given;
}

async function ask(path, options) {
  const response = await fetch(path, { cache: "no-store", ...options });
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw Object.assign(new Error(problem.detail ?? response.statusText), { status: response.status });
  }
  return response;
}

const json = async (path) => (await ask(path, { signal: asking.signal })).json();

function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
}

/** A list of named counts as bars. */
function bars(list, entries, titles = {}) {
  const most = Math.max(1, ...entries.map(([, count]) => count));
  list.replaceChildren(...entries.map(([name, count]) => {
    const item = make("li", undefined, name);
    const label = make("span", name.replaceAll("_", " "), "name");
    if (titles[name]) label.title = titles[name];
    const track = make("span", undefined, "track");
    const fill = make("span", undefined, "fill");
    fill.style.width = `${(100 * count) / most}%`;
    track.append(fill);
    item.append(label, track, make("span", number.format(count), "count"));
    return item;
  }));
}

function table(body, rows) {
  body.replaceChildren(...rows.map((cells) => {
    const row = make("tr");
    row.append(...cells);
    return row;
  }));
}

function showLedger({ batches, events, install }) {
  const line = (name, count, note = "") => [make("th", name), make("td", number.format(count), "number"), make("td", note, "quiet")];
  const codes = (counts) => Object.entries(counts ?? {}).map(([code, count]) => `${count} ${code}`).join(", ");
  const sum = (counts) => Object.values(counts ?? {}).reduce((a, b) => a + b, 0);
  table($("ledger").tBodies[0], [
    line("Batches received", batches.received),
    line("acknowledged", batches.acknowledged),
    line("rejected", sum(batches.rejected), codes(batches.rejected)),
    line("shed", batches.shed),
    line("Events acknowledged", events.acknowledged),
    line("stored", events.stored),
    line("duplicate", events.duplicate),
    line("quarantined", events.quarantined),
    line("waiting", events.waiting),
    line("refused one by one", sum(events.rejected), codes(events.rejected)),
    line("Pages that can capture nothing", sum(install), codes(install)),
  ]);
  $("t-stored").textContent = number.format(events.stored);
}

function showLabels(overview) {
  $("project").textContent = overview.project;
  $("policy").textContent = `Policy ${overview.policy}`;
  const states = STATES.map((state) => [state, overview.states[state] ?? 0]);
  bars($("states"), states);
  const reasons = Object.entries(overview.reasons).sort(([, a], [, b]) => b - a);
  bars($("reasons"), reasons.length ? reasons : [["nothing_yet", 0]], overview.rules);
  const total = states.reduce((sum, [, count]) => sum + count, 0);
  const decided = states[0][1] + states[1][1];
  $("t-labels").textContent = number.format(total);
  $("t-decided").textContent = total ? `${Math.round((100 * decided) / total)} %` : "–";
}

function showOutputs({ outputs }) {
  const time = (at) => new Date(at).toLocaleString();
  table($("outputs").tBodies[0], outputs.map((output) => {
    const state = make("td");
    state.append(make("span", output.label.state, `pill ${output.label.state}`));
    const because = output.label.reasons.map((reason) => reason.rule.replaceAll("_", " ")).join(", ");
    return [
      make("td", output.id, "id"),
      state,
      make("td", output.label.score.toFixed(1), "number"),
      make("td", because || "–"),
      make("td", number.format(output.signals), "number"),
      make("td", output.trust),
      make("td", output.model ?? "–"),
      make("td", time(output.received_at)),
    ];
  }));
}

async function showHealth() {
  const dot = document.querySelector(".dot");
  try {
    const ready = await (await fetch("/readyz", { cache: "no-store" })).json();
    dot.className = `dot ${ready.ready ? "good" : "bad"}`;
    $("health-text").textContent = ready.ready ? "Ready" : `Not ready: ${ready.reasons.join(", ")}`;
    $("t-lag").textContent = `${ready.lag_seconds.toFixed(1)} s`;
  } catch {
    dot.className = "dot bad";
    $("health-text").textContent = "Not reachable";
  }
}

async function download(name, button) {
  button.disabled = true;
  try {
    const response = await ask(`/v1/datasets/${name}`);
    const summary = JSON.parse(response.headers.get("tacit-export") ?? "{}");
    const skipped = Object.entries(summary.skipped ?? {}).map(([reason, count]) => `${count} ${reason}`).join(", ");
    $("dataset-note").textContent = summary.hint ?? `${name}: ${summary.rows} rows${skipped ? `; left out: ${skipped}` : ""}`;
    if (!summary.rows) return;
    const link = make("a");
    link.href = URL.createObjectURL(await response.blob());
    link.download = `${name}.jsonl`;
    link.click();
    URL.revokeObjectURL(link.href);
  } catch (error) {
    $("dataset-note").textContent = error.message;
  } finally {
    button.disabled = false;
  }
}

function listDatasets() {
  $("datasets").replaceChildren(...DATASETS.map(([name, what]) => {
    const item = make("li");
    const text = make("span");
    text.append(make("b", name), make("span", ` ${what}`, "quiet"));
    const button = make("button", "Download", "link");
    button.setAttribute("aria-label", `Download ${name}`);
    button.addEventListener("click", () => download(name, button));
    item.append(text, button);
    return item;
  }));
}

/** Signs in with `key`, or as whoever is signed in already. */
async function enter(key) {
  try {
    const body = JSON.stringify({ key });
    const headers = { "content-type": "application/json" };
    const login = await (await ask("/v1/login", key ? { method: "POST", headers, body } : undefined)).json();
    if (login.signed_in) show();
    else signIn();
  } catch (error) {
    signIn(error.message);
  }
  await refresh();
}

function show() {
  signedIn = true;
  $("key").value = "";
  $("sign-in").hidden = true;
  $("sign-out").hidden = false;
}

function signIn(message = "") {
  signedIn = false;
  $("project").textContent = "";
  $("sign-out").hidden = true;
  $("board").hidden = true;
  $("sign-in").hidden = false;
  $("sign-in-error").textContent = message;
  $("key").focus();
}

async function refresh() {
  await showHealth();
  if (!signedIn) return;
  try {
    const [ledger, overview, outputs] = await Promise.all([json("/v1/ledger"), json("/v1/overview"), json("/v1/outputs?limit=25")]);
    showLedger(ledger);
    showLabels(overview);
    showOutputs(outputs);
    if (signedIn) $("board").hidden = false;
  } catch (error) {
    if (error.status === 401 || error.status === 403) signIn(error.message);
  }
}

/** A large project takes long to add up: ask it less often. */
async function keepFresh() {
  const begun = performance.now();
  if (document.visibilityState === "visible") await refresh();
  setTimeout(keepFresh, Math.max(EVERY_MS, 10 * (performance.now() - begun)));
}

$("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  enter($("key").value.trim());
});
$("sign-out").addEventListener("click", async () => {
  // Else what is under way would be refused.
  signedIn = false;
  asking.abort();
  asking = new AbortController();
  try {
    await ask("/v1/login", { method: "DELETE" });
    signIn();
  } catch (error) {
    signedIn = true;
    $("health-text").textContent = `Still signed in: ${error.message}`;
  }
});
addEventListener("hashchange", () => {
  const key = take();
  if (key) enter(key);
});

listDatasets();
enter(take()).then(keepFresh);
