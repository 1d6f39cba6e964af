//! Sums: that they may be added in any order, that intervals follow from them, and that
//! what is kept is what adding up everything anew gives.

mod histories;
pub(crate) mod house;
mod marks;
mod people;

use proptest::{collection::vec, prelude::*};

use super::{
    cell::{Cell, Cells},
    *,
};
use crate::{
    experiment::{
        metric::{Metric, Seen, Sums},
        people::Entry,
    },
    label::{Policy, Trust, label_group},
    simulate::{Generator, Plan, World, group},
    store::rows::Group,
    testing::{NOW, project},
};

const DAY: u64 = 86_400_000;
const AS_OF: u64 = NOW + 40 * DAY;

/// What people of a world did.
pub(crate) fn world(conversations: u64) -> Vec<Group> {
    let world = World::named("base").unwrap();
    let plan = Plan {
        seed: 7,
        conversations,
        from: NOW,
        to: NOW + 5 * DAY,
        until: AS_OF,
    };
    let owner = project(1);
    let generator = Generator::new(&world, plan);
    generator.talks().map(|talk| group(&talk, &owner)).collect()
}

fn cells<'g>(groups: impl IntoIterator<Item = &'g Group>, policy: &Policy) -> Cells {
    let mut tally = Tally::default();
    for group in groups {
        tally.add(group, policy, AS_OF);
    }
    tally.finish().cells
}

fn merged(all: impl IntoIterator<Item = Cells>) -> Cells {
    let mut sum = Cells::new();
    for (key, cell) in all.into_iter().flatten() {
        sum.entry(key).or_default().merge(&cell);
    }
    sum
}

fn total(cells: &Cells) -> Cell {
    let mut total = Cell::default();
    cells.values().for_each(|cell| total.merge(cell));
    total
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn groups_may_be_added_up_in_any_order_and_in_any_parts(
        parts in vec(0..5_usize, 60),
        order in Just((0..60_usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let policy = Policy::default_policy().unwrap();
        let groups = world(60);
        let whole = cells(&groups, &policy);
        let part = |number: usize| {
            let own = order.iter().filter(|place| parts[**place] == number);
            cells(own.map(|place| &groups[*place]), &policy)
        };
        let sums: Vec<_> = (0..5).map(part).collect();
        prop_assert_eq!(&merged(sums.clone()), &whole);
        let [a, b, c, d, e] = <[Cells; 5]>::try_from(sums).unwrap();
        let nested = merged([merged([e, merged([c, a])]), merged([d, b])]);
        prop_assert_eq!(&nested, &whole);
        // And as it is kept.
        for cell in whole.values() {
            let bytes = postcard::to_allocvec(cell).unwrap();
            prop_assert_eq!(&postcard::from_bytes::<Cell>(&bytes).unwrap(), cell);
        }
    }
}

/// The capture rate of every conversation in which anything was measured.
fn measured(groups: &[Group], policy: &Policy) -> Vec<Sums> {
    let one = |group: &Group| {
        let labels = label_group(group, policy, AS_OF);
        let mature = Seen::of(group, &labels).filter(|seen| seen.label.mature);
        let sums = mature.filter_map(|seen| Metric::CaptureRate.measure(&seen));
        sums.fold(Sums::default(), Sums::plus)
    };
    let all = groups.iter().map(one);
    all.filter(|sums| sums.denominator != 0).collect()
}

fn rate_of(ratios: &[(f64, f64)]) -> f64 {
    let sum = |part: fn(&(f64, f64)) -> f64| ratios.iter().map(part).sum::<f64>();
    sum(|one| one.0) / sum(|one| one.1)
}

/// The linearised variance from sums of squares is that of the textbook, and close to what
/// drawing conversations anew says.
#[test]
fn the_variance_follows_from_cells_alone() {
    let policy = Policy::default_policy().unwrap();
    let groups = world(400);
    let measured = measured(&groups, &policy);
    let unit = |thousandths: i64| thousandths as f64 / 1_000.0;
    let ratios: Vec<(f64, f64)> = measured
        .iter()
        .map(|sums| (unit(sums.numerator), unit(sums.denominator)))
        .collect();
    // Under one key, so that no conversation is in two cells.
    let mut one = Cell::default();
    for sums in &measured {
        let mut cell = Cell::default();
        cell.metrics[0].add(&Entry::of(*sums));
        one.merge(&cell);
    }
    let cells = total(&cells(&groups, &policy));
    assert_eq!(cells.metrics[0].sums(), one.metrics[0].sums());
    // A conversation of two models is in two.
    assert!(cells.metrics[0].people() >= one.metrics[0].people());
    let found = crate::experiment::stats::ratio(&one.metrics[0].moments()).unwrap();
    let (n, rate) = (ratios.len() as f64, rate_of(&ratios));
    assert_eq!(found.n, ratios.len() as u64);
    assert!((found.value - rate).abs() < 1e-12, "{} {rate}", found.value);
    let mean = ratios.iter().map(|one| one.1).sum::<f64>() / n;
    let residuals = ratios
        .iter()
        .map(|(top, bottom)| (top - rate * bottom) / mean);
    let exact = residuals.map(|e| e * e).sum::<f64>() / (n - 1.0) / n;
    assert!((found.variance() / exact - 1.0).abs() < 1e-9);
    let mut state = 1_u64;
    let mut draw = || {
        // Knuth's MMIX.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % ratios.len()
    };
    let drawn: Vec<f64> = (0..2_000)
        .map(|_| {
            rate_of(
                &(0..ratios.len())
                    .map(|_| ratios[draw()])
                    .collect::<Vec<_>>(),
            )
        })
        .collect();
    let center = drawn.iter().sum::<f64>() / 2_000.0;
    let bootstrap = drawn.iter().map(|one| (one - center).powi(2)).sum::<f64>() / 1_999.0;
    let by = found.variance() / bootstrap;
    assert!((0.85..1.18).contains(&by), "{by}");
    // Outputs of a conversation resemble each other: as if they did not, it would be less.
    assert!(found.variance() > 0.0);
}

#[test]
fn rows_are_by_what_was_asked_for() {
    let policy = Policy::default_policy().unwrap();
    let cells = cells(&world(200), &policy);
    let rows = |request: &Request| {
        let mut merging = Merging::new(request);
        cells.iter().for_each(|(key, cell)| merging.add(key, cell));
        merging.answer(Standing::default()).rows
    };
    let all = rows(&Request::new(By::Total, None, None));
    assert_eq!(all.len(), 1);
    let outputs = all[0].outputs;
    assert!(outputs > 300);
    for by in [By::Day, By::Model, By::PromptVersion] {
        let rows = rows(&Request::new(by, None, None));
        assert_eq!(rows.iter().map(|row| row.outputs).sum::<u64>(), outputs);
        assert!(by == By::PromptVersion || rows.len() > 1, "{by:?}");
    }
    let days = rows(&Request::new(By::Day, Some(NOW + DAY), Some(NOW + 2 * DAY)));
    let names: Vec<_> = days
        .iter()
        .map(|row| row.slice.as_deref().unwrap())
        .collect();
    // NOW is 23 November, 09:26: the span touches two days.
    assert_eq!(names, ["2025-11-24", "2025-11-25"]);
    let known = Request {
        trust: Trust::Signed,
        ..Request::new(By::Total, None, None)
    };
    let of_signed = rows(&known).first().map_or(0, |row| row.outputs);
    assert!(of_signed < outputs);
    assert_eq!(all[0].trust["signed"], of_signed);
    let none = Request {
        model: Some("no such model".into()),
        ..Request::new(By::Total, None, None)
    };
    assert_eq!(rows(&none), []);
}

#[test]
fn names_beyond_the_limit_are_one_row() {
    let request = Request::new(By::Model, None, None);
    let mut merging = Merging::new(&request);
    let count = crate::limits::ROLLUP_NAMES_MAX as u64 + 10;
    for n in 0..count {
        let key = Key {
            day: Some(1),
            model: Some(format!("m-{n}")),
            prompt_version: None,
            trust: Trust::Known,
        };
        let cell = Cell {
            outputs: n + 1,
            ..Cell::default()
        };
        merging.add(&key, &cell);
    }
    let rows = merging.answer(Standing::default()).rows;
    assert_eq!(rows.len(), crate::limits::ROLLUP_NAMES_MAX);
    assert_eq!(rows[0].slice.as_deref(), Some(&*format!("m-{}", count - 1)));
    let last = rows.last().unwrap();
    assert_eq!((&last.slice, last.others), (&None, 11));
    assert_eq!(last.outputs, (1..=11).sum::<u64>());
}
