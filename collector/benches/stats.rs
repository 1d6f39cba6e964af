//! Are the statistics of experiments as good as they say? Plays thousands of
//! experiments whose truth is known, prints what was found beside what was promised, and
//! exits 1 where a promise is broken: `npm run bench:stats`. The same seeds give the
//! same table on any machine; its figures are in `demo-site/docs/statistics.md`.
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

#[path = "stats/runs.rs"]
mod runs;
#[path = "stats/table.rs"]
mod table;

use std::process::ExitCode;

use tacit_collector::experiment::stats::{
    Bounds, Design, EITHER_MIN, Estimate, Side, bayes_factor, power, sequence,
    trial::{Kind, Moment, World, play},
};

use self::{
    runs::{RUNS, run, spread, unit_variance},
    table::{Table, percent},
};

/// Of those played only to find rates near a thousandth.
const MANY: u64 = 20_000;
const ALPHA: f64 = 0.05;

const SHARE: Kind = Kind::Share {
    rate: 0.4,
    engaged: 4.0,
};

fn main() -> ExitCode {
    let mut table = Table::default();
    false_findings(&mut table);
    coverage(&mut table);
    non_inferiority(&mut table);
    sample_size(&mut table, "share of outputs", 0.0);
    sample_size(&mut table, "share of outputs, CUPED", 1.0);
    first_looks(&mut table);
    mismatch(&mut table);
    table.end(RUNS)
}

/// Nothing to find, and a hundred looks.
fn false_findings(table: &mut Table) {
    table.part("A/A: something was found at some look", "bar: at most 5 %");
    let growing = World {
        growing: true,
        ..World::new(SHARE)
    };
    let worlds = [
        ("share of outputs, people's sums still growing", growing),
        (
            "the same, one person in ten treated",
            World {
                treated: 0.1,
                ..growing
            },
        ),
        (
            "the same with CUPED, 70 % known before",
            World {
                known: 0.7,
                ..growing
            },
        ),
        (
            "yes or no per person, 5 %",
            World::new(Kind::Once { rate: 0.05 }),
        ),
        (
            "seconds ÷ outputs (log-normal), sums growing",
            World {
                kind: Kind::Seconds,
                ..growing
            },
        ),
        ("seconds per person", World::new(Kind::SecondsEach)),
        (
            "seconds per person, CUPED",
            World {
                known: 0.7,
                ..World::new(Kind::SecondsEach)
            },
        ),
    ];
    for (name, world) in worlds {
        let tally = run(&world, &Design::difference(ALPHA, 1_000));
        let share = |runs| percent(tally.share(runs));
        let found = tally.found.len() as u64;
        let beside = format!(
            "peeking at a z-test {}, outputs as people {}",
            share(tally.peeked),
            share(tally.outputs)
        );
        table.at_most(name, tally.share(found), ALPHA, &beside);
    }
}

/// Something to find: is it within the bounds at every look?
fn coverage(table: &mut Table) {
    table.part(
        "Real effect: outside the interval at some look",
        "bar: at most 5 %",
    );
    let share = World {
        effect: 0.1,
        ..World::new(SHARE)
    };
    let seconds = World {
        effect: 0.2,
        ..World::new(Kind::Seconds)
    };
    let worlds = [
        ("share of outputs", share),
        (
            "share of outputs, one in ten treated",
            World {
                treated: 0.1,
                ..share
            },
        ),
        (
            "share of outputs, CUPED",
            World {
                known: 0.7,
                ..share
            },
        ),
        (
            "yes or no per person, 5 %",
            World {
                effect: 0.1,
                ..World::new(Kind::Once { rate: 0.05 })
            },
        ),
        ("seconds ÷ outputs", seconds),
        (
            "seconds per person, CUPED",
            World {
                kind: Kind::SecondsEach,
                known: 0.7,
                ..seconds
            },
        ),
    ];
    for (name, world) in worlds {
        let tally = run(&world, &Design::difference(ALPHA, 1_000));
        let found = percent(tally.share(tally.found.len() as u64));
        table.at_most(
            name,
            tally.share(tally.missed),
            ALPHA,
            &format!("found in {found}"),
        );
    }
}

/// A guardrail that is worse by exactly its margin, and one that is not worse.
fn non_inferiority(table: &mut Table) {
    table.part(
        "Guardrail worse by its margin: let through at some look",
        "bar: at most 5 %",
    );
    let harmful = World {
        effect: -0.1,
        growing: true,
        ..World::new(Kind::Share {
            rate: 0.4,
            engaged: 0.0,
        })
    };
    let harmless = World {
        effect: 0.0,
        ..harmful
    };
    for (name, known) in [
        ("share of outputs, sums growing", 0.0),
        ("the same, CUPED", 0.7),
    ] {
        let design = Design::not_lower(ALPHA, 1_000, -harmful.truth());
        let harm = run(&World { known, ..harmful }, &design);
        let none = run(&World { known, ..harmless }, &design);
        let passed = percent(none.share(none.found.len() as u64));
        let peeked = percent(harm.share(harm.peeked));
        let beside = format!("peeking {peeked}; without harm let through in {passed}");
        table.at_most(name, harm.share(harm.found.len() as u64), ALPHA, &beside);
    }
}

/// How many more people it takes than a test that is looked at once.
fn sample_size(table: &mut Table, name: &str, known: f64) {
    table.part(
        &format!("People for 80 % power, {name}"),
        "bars: ratio at most 1.8; power by the formula within 5 points",
    );
    let world = World {
        effect: 0.06,
        known,
        ..World::new(SHARE)
    };
    let unit = unit_variance(&world);
    let effect = world.truth();
    let plan = |at| Design::difference(ALPHA, at);
    let fixed = power::people_fixed(&plan(1), unit, effect, 0.8).unwrap_or(0);
    let design = plan(fixed);
    let people = usize::try_from(fixed).unwrap_or(0);
    let world = World {
        people: 3 * people,
        batch: people / 50,
        ..world
    };
    let once = run(
        &World {
            people,
            batch: people,
            ..world
        },
        &design,
    );
    table.within(
        "fixed-horizon test, at the textbook's number",
        once.share(once.fixed),
        (0.77, 0.83),
        &format!("{fixed} people"),
    );
    let tally = run(&world, &design);
    let needed = tally.people_for(0.8).unwrap_or(u64::MAX);
    let planned = power::people_for_power(&design, unit, effect, 0.8).unwrap_or(0);
    let ratio = needed as f64 / fixed as f64;
    table.ratio(
        "sequence ÷ fixed",
        ratio,
        1.8,
        &format!("{needed} people; by the formula {planned}"),
    );
    for part in [2, 3, 4] {
        let at = fixed * part / 2;
        let by_formula = power::power(&design, unit, effect, at);
        let played = tally.share(tally.found_by(at));
        let (low, high) = (by_formula - 0.05, by_formula + 0.05);
        let label = format!("found by {at} people");
        table.within(
            &label,
            played,
            (low, high),
            &format!("by the formula {}", percent(by_formula)),
        );
    }
}

/// From how many people of each arm on the bounds hold: the worst worlds, first looked at
/// with fewer and more, tightest early.
fn first_looks(table: &mut Table) {
    table.part(
        "A/A with an early bound (tightest at 400), by people of each arm at the first look",
        "bar: at most 5 % from 100 on",
    );
    let early = World {
        people: 2_000,
        batch: 10,
        ..World::new(SHARE)
    };
    let rare = |rate| World {
        kind: Kind::Once { rate },
        treated: 0.1,
        ..early
    };
    let one_percent = World {
        people: 12_000,
        batch: 50,
        ..rare(0.01)
    };
    let each = World {
        kind: Kind::SecondsEach,
        ..early
    };
    let worlds = [
        ("yes or no, 1 %, one in ten treated", one_percent),
        ("yes or no, 5 %, one in ten treated", rare(0.05)),
        ("yes or no, 95 %, one in ten treated", rare(0.95)),
        ("seconds per person", each),
        (
            "the same, one in ten treated",
            World {
                treated: 0.1,
                ..each
            },
        ),
        (
            "share of outputs, one in ten treated",
            World {
                treated: 0.1,
                ..early
            },
        ),
    ];
    for (name, world) in worlds {
        let found = false_findings_from(&world, EITHER_MIN);
        let rare_too = percent(false_findings_from(&world, 1)[3]);
        let [few, some, more, enough, many] = found.map(percent);
        let beside = format!(
            "10: {few}, 25: {some}, 50: {more}, 100: {enough}, 200: {many}; 100, whatever has happened: {rare_too}"
        );
        table.at_most(name, found[3], ALPHA, &beside);
    }
}

/// Share of runs with a false finding, if one looks from 10, 25, 50, 100 or 200 people
/// of each arm on, so many of whom did what is rare.
fn false_findings_from(world: &World, either: u64) -> [f64; 5] {
    const FROM: [u64; 5] = [10, 25, 50, 100, 200];
    let design = Design::difference(ALPHA, 400);
    let runs = spread(RUNS, |run| {
        // The last time it was wrong counts for all who had started by then.
        let mut smallest_arm = None;
        play(world, run, |moment| {
            let arms = [moment.control, moment.treatment];
            if arms.iter().all(|arm| arm.either() >= either) && wrong(moment, &design) {
                smallest_arm = arms.iter().map(|arm| arm.people()).min();
            }
        });
        smallest_arm
    });
    FROM.map(|from| {
        let wrong = runs
            .iter()
            .filter(|last| last.is_some_and(|last| last >= from));
        wrong.count() as f64 / RUNS as f64
    })
}

fn wrong(moment: &Moment<'_>, design: &Design) -> bool {
    let Some(found) = Estimate::plain(moment.control, moment.treatment) else {
        return false;
    };
    let varies = found.control_variance > 0.0 && found.treatment_variance > 0.0;
    let bounds = if varies {
        sequence::bounds(
            Side::Both,
            found.delta(),
            found.se2(),
            found.n,
            design.alpha,
            design.rho(),
        )
    } else {
        Bounds::UNKNOWN
    };
    !bounds.holds(0.0)
}

/// Assignment as declared, and not.
fn mismatch(table: &mut Table) {
    table.part(
        "Sample ratio mismatch, looked at after every 20 people",
        "bars: false alarms at most α; 55 : 45 found in 80 %",
    );
    for (alpha, runs) in [(0.001, MANY), (0.05, RUNS)] {
        let alarms = alarms(0.5, alpha, runs);
        table.at_most(&format!("declared 50 : 50, α = {alpha}"), alarms, alpha, "");
    }
    let found = alarms(0.55, 0.001, RUNS);
    table.at_least(
        "really 55 : 45, α = 0.001",
        found,
        0.8,
        "within 4,000 people",
    );
}

/// Share of runs with an alarm at any look.
fn alarms(treated: f64, alpha: f64, runs: u64) -> f64 {
    let world = World {
        treated,
        batch: 20,
        ..World::new(Kind::Once { rate: 0.5 })
    };
    let alarmed = spread(runs, |run| {
        let mut alarm = false;
        play(&world, run, |moment| {
            let people = [moment.control.people(), moment.treatment.people()];
            let factor = bayes_factor(&people, &[0.5, 0.5], 100.0);
            alarm |= factor.is_some_and(|factor| factor > 1.0 / alpha);
        });
        alarm
    });
    alarmed.iter().filter(|alarm| **alarm).count() as f64 / runs as f64
}
