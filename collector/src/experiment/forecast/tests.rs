use super::*;
use crate::experiment::{
    declaration::Guardrail,
    metric::Metric,
    people::tests::{START, experiment, saw, tally},
};

const AS_OF: u64 = START + 29 * DAY_MS;

/// 560 people in four weeks, one output each, of which every second is good.
fn forecast_of(experiment: &Experiment, people: u32) -> Forecast {
    let past = Experiment {
        arms: Vec::new(),
        starts_at: AS_OF - 28 * DAY_MS,
        ..experiment.clone()
    };
    let groups = (0..people).map(|number| {
        let name = format!("p-{number}");
        let at = past.starts_at + u64::from(number % 27) * DAY_MS;
        saw(&name, &name, None, at, number % 2 == 0).group()
    });
    let tally = tally(&past, AS_OF, &[], groups);
    let plan = Plan::new(&past, AS_OF, 0);
    let known = Known {
        experiment,
        plan: &plan,
        tally: &tally,
        weeks: 4,
    };
    known.forecast(&Policy::default_policy().unwrap())
}

/// Half of them are good, so one person varies by 0.25, and two halves by 1.
fn half(people: u64) -> f64 {
    power::half_width(
        &Design::difference(0.05, TIGHTEST_AT),
        560.0 / 559.0,
        people,
    )
}

#[test]
fn people_and_days_follow_from_how_people_were() {
    let found = forecast_of(&experiment(), 560);
    assert_eq!((found.people, found.value), (560, Some(0.5)));
    let arm = &found.arms[0];
    assert_eq!((&*arm.arm, arm.people_per_day), ("warm", 20.0));
    let people = arm.to_know.people.unwrap();
    assert!(half(people) <= 0.05 && half(people - 1) > 0.05, "{people}");
    assert_eq!(arm.to_know.days, Some(people.div_ceil(20)));
    // A change as large as the smallest is found later than it is known to be narrow.
    assert!(arm.to_find.people > arm.to_know.people, "{arm:?}");
    let eight = arm.horizons[3];
    assert_eq!((eight.weeks, eight.people), (8, 1_120));
    assert!(
        (eight.half_width.unwrap() - half(1_120)).abs() < 1e-6,
        "{eight:?}"
    );
}

#[test]
fn only_those_who_would_take_part_come() {
    let mut shared = experiment();
    (shared.traffic, shared.holdout) = (Milli::new(500), Milli::new(200));
    let whole = forecast_of(&experiment(), 560);
    let part = forecast_of(&shared, 560);
    assert!((part.arms[0].people_per_day - 8.0).abs() < 1e-9, "{part:?}");
    assert_eq!(part.arms[0].to_know.people, whole.arms[0].to_know.people);
    assert!(part.arms[0].to_know.days > whole.arms[0].to_know.days);
}

#[test]
fn a_guardrail_takes_more_the_smaller_its_margin() {
    let mut guarded = experiment();
    let guard = |margin| Guardrail {
        metric: Metric::NegativeRate,
        margin: Milli::new(margin),
    };
    let needed = |guarded: &Experiment| forecast_of(guarded, 560).arms[0].guardrails[0].clone();
    // Nobody was ever dissatisfied: nothing is known of how that varies.
    guarded.guardrails = vec![guard(20)];
    assert_eq!(needed(&guarded).needed.people, None);
    guarded.guardrails[0].metric = Metric::UseRate;
    let wide = needed(&guarded).needed.people.unwrap();
    guarded.guardrails[0].margin = Milli::new(10);
    let narrow = needed(&guarded).needed.people.unwrap();
    assert!(narrow > 3 * wide, "{narrow} {wide}");
}

#[test]
fn of_too_few_people_nothing_is_said() {
    let found = forecast_of(&experiment(), 60);
    assert_eq!(
        found.arms[0].to_know,
        Needed {
            people: None,
            days: None
        }
    );
    assert_eq!(found.arms[0].horizons[0].half_width, None);
    assert_eq!(forecast_of(&experiment(), 0).value, None);
}
