//! A few hundred experiments: that the promises hold, and that these worlds can tell.

use super::{super::Design, *};

const SHARE: Kind = Kind::Share {
    rate: 0.4,
    engaged: 4.0,
};

/// Two hundred runs of a world; 25 times `TACIT_ROUNDS` where that is said.
fn tally(world: &World, design: &Design) -> Tally {
    let rounds = std::env::var("TACIT_ROUNDS").map_or(8, |rounds| rounds.parse().unwrap());
    let mut tally = Tally::default();
    (0..25 * rounds).for_each(|run| tally.add(&watch(world, design, run)));
    tally
}

/// Fewer people and looks than in the bench.
fn small(kind: Kind) -> World {
    World {
        people: 700,
        batch: 70,
        ..World::new(kind)
    }
}

/// With 200 runs, more than this is a share above 5 % with 99.9 % certainty.
fn at_most_five_percent(tally: &Tally, runs: u64) {
    let slack = 3.1 * libm::sqrt(0.05 * 0.95 / tally.runs as f64);
    assert!(
        tally.share(runs) <= 0.05 + slack,
        "{runs} of {}",
        tally.runs
    );
}

const DESIGN: Design = Design::difference(0.05, 400);

#[test]
fn looking_all_the_time_finds_nothing_where_nothing_is() {
    let world = World {
        growing: true,
        ..small(SHARE)
    };
    let tally = tally(&world, &DESIGN);
    at_most_five_percent(&tally, tally.missed);
    assert_eq!(tally.missed, tally.found.len() as u64);
    // What the same looks say to who does not account for them, or for people.
    assert!(tally.share(tally.peeked) > 0.12, "{tally:?}");
    assert!(tally.share(tally.outputs) > 0.12, "{tally:?}");
}

#[test]
fn the_truth_is_held_at_every_look() {
    for kind in [SHARE, Kind::Seconds, Kind::Once { rate: 0.05 }] {
        let world = World {
            effect: 0.2,
            ..small(kind)
        };
        let tally = tally(&world, &DESIGN);
        at_most_five_percent(&tally, tally.missed);
    }
}

#[test]
fn a_pre_period_finds_the_effect_sooner_and_is_not_wrong_more_often() {
    let without = World {
        effect: 0.15,
        ..small(SHARE)
    };
    let with = World {
        known: 1.0,
        ..without
    };
    let (sooner, later) = (tally(&with, &DESIGN), tally(&without, &DESIGN));
    at_most_five_percent(&sooner, sooner.missed);
    assert!(
        sooner.found.len() > later.found.len(),
        "{sooner:?} {later:?}"
    );
    let mut removed = 0.0;
    play(&with, 0, |moment| {
        let found = super::super::compare(moment.control, moment.treatment, &DESIGN);
        removed = found.and_then(|found| found.cuped).unwrap_or(removed);
    });
    // Five outputs before and five after share a third of their variance each way.
    assert!((0.15..0.45).contains(&removed), "{removed}");
}

#[test]
fn harm_at_the_margin_is_not_let_through() {
    let world = World {
        effect: -0.2,
        ..small(SHARE)
    };
    let margin = -world.truth();
    let design = Design::not_lower(0.05, 400, margin);
    let harm = tally(&world, &design);
    at_most_five_percent(&harm, harm.found.len() as u64);
    let harmless = World {
        effect: 0.0,
        ..world
    };
    let none = tally(&harmless, &design);
    assert!(none.share(none.found.len() as u64) > 0.4, "{none:?}");
}

#[test]
fn a_world_is_what_it_says() {
    let last = |world: &World, f: &dyn Fn(&Moment<'_>) -> f64| {
        let mut said = 0.0;
        play(world, 0, |moment| {
            if moment.last {
                said = f(moment);
            }
        });
        said
    };
    for kind in [
        SHARE,
        Kind::Once { rate: 0.3 },
        Kind::Seconds,
        Kind::SecondsEach,
    ] {
        for (effect, growing) in [(0.3, false), (-0.3, true)] {
            let world = World {
                people: 10_000,
                batch: 5_000,
                effect,
                growing,
                known: 0.5,
                ..World::new(kind)
            };
            let off = last(&world, &|moment| {
                let design = Design::difference(0.05, 400);
                let found = super::super::compare(moment.control, moment.treatment, &design);
                let found = found.unwrap();
                (found.delta - world.truth()) / found.se
            });
            assert!(off.abs() < 4.0, "{kind:?} {effect}: {off}");
        }
    }
    // About five outputs each.
    let world = World {
        people: 10_000,
        batch: 10_000,
        growing: true,
        ..World::new(SHARE)
    };
    let each = last(&world, &|moment| {
        moment.control_outputs.people() as f64 / moment.control.people() as f64
    });
    assert!((each - 5.0).abs() < 0.2, "{each}");
}

#[test]
fn a_run_is_repeated_and_is_its_own() {
    let world = small(Kind::Seconds);
    let first = |run| {
        let mut first = None;
        play(&world, run, |moment| {
            first.get_or_insert(*moment.control);
        });
        first.unwrap()
    };
    assert_eq!(first(3), first(3));
    assert!(first(3) != first(4));
}
