// At a glance: whether capture works, what people think, what was learnt from it.

import { useEvery } from "../frame/every.js";
import { get } from "../lib/api.js";
import { checks } from "../lib/checks.js";
import { count, counted, percent, short, sum, words } from "../lib/format.js";
import { html, useMemo, useState } from "../lib/h.js";
import { Bars, Card, Empty, Pill, Tile, Tiles, toneOf } from "../lib/parts.js";
import { looked, pace } from "../lib/pace.js";
import { Plot } from "../lib/plot.js";
import { LEVELS, Standing, ends, everyDay, rateLine, resting, rollups, shareTold, tierOf, total } from "../lib/rollups.js";
import { UNITS, ago, at, duration } from "../lib/time.js";

/** The trend's scale shows all tiers. */
const LEAST = 0.35;
const LATEST = 4;
const REASONS = 10;

/** As long a time, before the range. */
function before({ since, until, now, ...more }) {
  return { ...more, since: 2 * since - (until ?? now - (now % UNITS.m)), until: since };
}

export const api = (state) => [
  rollups("total", state),
  rollups("total", before(state)),
  rollups("day", state),
  LEDGER,
  "/v1/releases",
  "/v1/datasets/builds",
];

export function View({ data: [sums, earlier, byDay, ledger, { releases }, { builds }], state, link }) {
  const row = total(sums);
  const { times, days } = everyDay(byDay);
  const works = html`<${Checks} all=${checks(row, ledger, state.now)} link=${link} />`;
  if (!row) return html`${works}<${Nothing} ledger=${ledger} state=${state} />`;
  return html`
    <${Standing} answer=${sums} />
    ${works}
    <${Capture} row=${row} earlier=${total(earlier)} times=${times} days=${days} releases=${releases} />
    <${Figures} row=${row} days=${days.length} ledger=${ledger} project=${state.project} />
    <div class="columns">
      <div class="stack">
        <${Labels} row=${row} />
        <${Volume} times=${times} days=${days} />
      </div>
      <div class="stack">
        <${Reasons} row=${row} />
        <${Loop} releases=${releases} builds=${builds} state=${state} link=${link} />
      </div>
    </div>`;
}

/** Whether it works, in a line. */
function Checks({ all, link }) {
  const told = ({ name, tone, text, view }) => html`
    <li key=${name}><span class=${`dot ${tone}`} role="img" aria-label=${MEANING[tone]}></span><b>${name}</b> ${view ? html`<a href=${link(view)}>${text}</a>` : html`<span>${text}</span>`}</li>`;
  return html`<ul class="checks card" aria-label="Whether it works">${all.map(told)}</ul>`;
}

const MEANING = { good: "in order", mixed: "look at it", bad: "wrong" };

function Nothing({ ledger, state }) {
  const isFiltered = state.model || state.prompt_version;
  const why = ledger.events.stored === 0
    ? "No signal has arrived yet. Put the script tag on a page and ask something: it shows up here within seconds."
    : `${ledger.events.stored === 1 ? "There is" : "There are"} ${counted(ledger.events.stored, "signal")}, but none about outputs of this range${isFiltered ? " and filter" : ""}. Choose a longer range${isFiltered ? ", or no filter" : ""}.`;
  return html`<${Card} title="Nothing to show"><${Empty} title="No output in this range">${why}<//><//>`;
}

function Capture({ row, earlier, times, days, releases }) {
  const { capture_rate: rate, reach } = row.rates;
  const past = earlier?.rates.capture_rate;
  const [tier, tone] = tierOf(row.tier);
  const captured = rateLine(days, "capture_rate", { title: "Capture rate" });
  const reached = rateLine(days, "reach", { title: "Reach", colour: "rest" });
  const most = Math.max(LEAST, ...captured.band[1], ...captured.values);
  const marks = releases.map(({ at, name }) => ({ at, title: name }));
  return html`
    <section class="card capture" aria-label="Capture rate">
      <div class="capture-now">
        <h2>Capture rate</h2>
        <p class="hero"><b id="capture-rate">${percent(rate?.value)}</b> <${Pill} tone=${tone}>${tier}<//></p>
        <${Tiers} rate=${rate} />
        <p class="quiet">${rate && ends(rate) ? `95 % interval ${percent(rate.low)} – ${percent(rate.high)}; ` : ""}${rate ? resting(rate) : "No label is mature yet: a day or so after the first signals there is a rate."}</p>
        ${past && html`<p class="quiet">As long before: ${percent(past.value)}${ends(past) ? ` (${percent(past.low)} – ${percent(past.high)})` : `; ${resting(past)}`}.</p>`}
        <p class="quiet">Of the answers a person saw, those they did something good with.</p>
        <p class="reach"><b id="reach">${percent(reach?.value)}</b> reach <span class="quiet">of the registered answers were seen by a person whose page could tell us.</span></p>
      </div>
      <div class="capture-trend">
        <${Plot} name="Capture rate by day" times=${times} lines=${[captured]} format=${(value) => percent(value, 0)} max=${Math.min(1, 1.1 * most)} height=${210} marks=${marks} levels=${LEVELS} />
        <${Plot} name="Reach by day" times=${times} lines=${[reached]} format=${(value) => percent(value, 0)} max=${1} height=${95} />
      </div>
    </section>`;
}

/** The four tiers as a scale to 50 %, and where the rate is in it. */
function Tiers({ rate }) {
  const place = (share) => `${Math.min(100, share * 200)}%`;
  const interval = rate && ends(rate);
  return html`
    <div class="tiers" role="img" aria-label="Tiers: below 5 % none, 5 to 15 % average, 15 to 30 % strong, above 30 % best in class">
      <div class="tiers-scale">
        <span class="tier-none"></span><span class="tier-average"></span><span class="tier-strong"></span><span class="tier-best"></span>
        ${interval && html`<i class="tiers-interval" style=${{ left: place(interval[0]), width: `calc(${place(interval[1])} - ${place(interval[0])})` }}></i>`}
        ${rate && html`<i class="tiers-mark" style=${{ left: place(rate.value) }}></i>`}
      </div>
      <div class="tiers-names" aria-hidden="true"><span>0</span><span>5</span><span>15</span><span>30 %</span></div>
    </div>`;
}

const LEDGER = "/v1/ledger?fates=false";
/** The second look comes sooner than the next refresh. */
const SOON_MS = 1_000;

/** What the books of each project said lately: going to another view and back forgets nothing. */
const looks = new Map();

/** Acknowledged signals a second over the last minute, as far as it was looked at. */
function usePace(ledger, project) {
  const [, setNow] = useState();
  const note = ({ events: { acknowledged: count } }) => looks.set(project, looked(looks.get(project) ?? [], { at: performance.now(), count }));
  useMemo(() => note(ledger), [ledger]);
  const now = pace(looks.get(project));
  const again = async () => {
    try {
      note(await get(LEDGER));
      setNow(performance.now());
    } catch {
      // The next refresh tells what is wrong.
    }
  };
  useEvery(now ? 0 : SOON_MS, again, [project]);
  return now;
}

const perSecond = (rate) => rate.toFixed(rate < 10 ? 1 : 0);

function Figures({ row, days, ledger, project }) {
  const now = usePace(ledger, project);
  const signals = sum(Object.values(row.signals).map(({ count }) => count));
  const share = (name, label, tone) => {
    const one = row.rates[name];
    const interval = ends(one);
    return html`<${Tile} name=${label} value=${percent(one?.value)} tone=${tone} note=${interval ? `${percent(interval[0])} – ${percent(interval[1])}` : resting(one) || "no mature label"} />`;
  };
  return html`
    <${Tiles} label="Figures of the range">
      <${Tile} name="Outputs" value=${short(row.outputs)} note=${`${count(row.seen)} seen, ${count(row.registered)} registered`} />
      <${Tile} name="Signals" value=${short(signals)} note=${`${short(Math.round(signals / Math.max(1, days)))} a day`} />
      <${Tile} name="Signals a second" value=${now ? perSecond(now.rate) : "…"} note=${now ? `over the last ${duration(now.ms)}` : "counting, for a second"} />
      ${share("positive_rate", "Positive", "good")}
      ${share("negative_rate", "Negative", "bad")}
    <//>`;
}

/** From what decides to what does not yet. */
const STATES = ["positive", "negative", "conflict", "neutral", "pending"];

function Labels({ row }) {
  const all = STATES.map((state) => [state, row.labels[state]]);
  const whole = sum(all.map(([, { mature, immature }]) => mature + immature));
  const rows = all.map(([name, { mature, immature }]) => ({
    name, value: mature + immature, tone: toneOf(name), note: shareTold(mature + immature, whole),
  }));
  const still = sum(all.map(([, { immature }]) => immature));
  return html`
    <${Card} title="Labels" note=${`${counted(whole, "output")}, ${count(still)} of them may still change.`}>
      <${Bars} label="Labels by state" rows=${rows} />
    <//>`;
}

const SIGNS = { 1: ["good", "for"], 0: ["rest", "a note"], "-1": ["bad", "against"] };

function Reasons({ row }) {
  const [isAll, setAll] = useState(false);
  const shown = isAll ? row.reasons : row.reasons.slice(0, REASONS);
  const rows = shown.map(({ rule, polarity, outputs }) => ({ name: words(rule), value: outputs, tone: SIGNS[polarity][0], title: `${words(rule)}: ${SIGNS[polarity][1]}` }));
  const more = row.reasons.length - REASONS;
  return html`
    <${Card} title="What decided them" note="Rules of the policy that counted: green for an answer, red against it.">
      ${rows.length > 0 ? html`<${Bars} label="Labels by reason" rows=${rows} />` : html`<${Empty}>No rule has found anything yet.<//>`}
      ${more > 0 && html`<button class="small plain more" aria-expanded=${String(isAll)} onClick=${() => setAll(!isAll)}>${isAll ? "Fewer" : `${more} more`}</button>`}
    <//>`;
}

function Volume({ times, days }) {
  const line = (title, of, more) => ({ title, values: days.map((row) => (row ? of(row) : 0)), ...more });
  const lines = [
    line("Outputs", (row) => row.outputs),
    line("Seen", (row) => row.seen, { colour: "good" }),
    line("Signals", (row) => sum(Object.values(row.signals).map(({ count }) => count)), { colour: "rest", dash: true }),
  ];
  return html`
    <${Card} title="Outputs a day" note="Days are UTC; signals stand on the day of the output they are about.">
      <${Plot} name="Outputs and signals by day" times=${times} lines=${lines} format=${short} />
    <//>`;
}

const TONES = { done: "good", failed: "bad", running: "mixed", waiting: "rest" };

function Loop({ releases, builds, state, link }) {
  const live = releases.toSorted((a, b) => b.at - a.at).slice(0, LATEST);
  const built = builds.slice(0, LATEST);
  const when = (ms) => html`<time class="quiet" title=${at(ms)}>${ago(ms, state.now)}</time>`;
  return html`
    <${Card} title="What the loop did last">
      <h3><a href=${link("datasets")}>Datasets built</a></h3>
      ${built.length === 0 && html`<${Empty} title="None yet">Once labels are mature a build turns them into training data.<//>`}
      <ul class="lines">${built.map((build) => html`
        <li key=${build.id}><span>${build.format}</span> <${Pill} tone=${TONES[build.state]}>${build.state}<//> ${when(build.requested_at)}</li>`)}</ul>
      <h3>Releases</h3>
      ${live.length === 0 && html`<${Empty} title="None yet">A release notes what went live, so that its effect is seen in every trend.<//>`}
      <ul class="lines">${live.map((release) => html`
        <li key=${release.release}><span>${release.name}</span> <span class="quiet">${words(release.kind)}</span> ${when(release.at)}</li>`)}</ul>
    <//>`;
}
