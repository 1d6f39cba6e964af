//! What is kept of an output says the same of it as its facts.

use super::{pack::Packer, *};
use crate::{
    experiment::metric::Seen,
    label::{
        Policy, label_group,
        script::{DAY, Story, copied, dwell, measured},
    },
    rollup::{METRICS, metric_place, tests::world},
    store::rows::{Group, Registered},
    testing::NOW,
};
use tacit_signals::signal::CopyVia;

/// Everything that can be asked of a sight.
fn said(sight: &Sight<'_>) -> String {
    let externals = ["factual", "tone"].map(|name| Metric::External(name.into()));
    let metrics = Metric::ALL.into_iter().chain(externals);
    let sums: Vec<_> = metrics.map(|metric| sight.sums(&metric)).collect();
    let person = sight.person.map(|person| (person.kind(), person.key()));
    let arms = ["tone", "reranker", "none"].map(|name| sight.arms.of(name));
    let flags = [
        sight.withheld,
        sight.automated,
        sight.seen,
        sight.mature,
        sight.registered,
        sight.arms.hold_out(),
    ];
    let (trust, times) = (sight.trust, (sight.shown_at, sight.dated));
    let tie = sight.tie();
    format!(
        "{flags:?} {trust:?} {times:?} {person:?} {:?} {arms:?} {sums:?} {tie}",
        sight.context
    )
}

/// What facts say of groups, and what is read of them as they are kept.
fn both(groups: &[Group], policy: &Policy, as_of: u64) -> (Vec<String>, Vec<String>, Packed) {
    let mut packer = Packer::default();
    let mut facts = Vec::new();
    for (number, group) in (7_i64..).step_by(3).zip(groups) {
        packer.group(number);
        let labels = label_group(group, policy, as_of);
        for (place, seen) in Seen::of(group, &labels).enumerate() {
            let sight = Sight::of(&seen);
            packer.push(&seen, &sight, &Measured::of(&seen));
            facts.push(format!("{number} {place} {}", said(&sight)));
        }
    }
    let packed = packer.finish();
    let mut kept = Vec::new();
    let read = unpack(BucketKind::Conversations, &packed.body, &mut |sight| {
        let Name::Place(Place { group, place, .. }) = sight.name else {
            panic!("{:?}", sight.name);
        };
        kept.push(format!("{group} {place} {}", said(sight)));
    });
    assert_eq!(read, Some(()));
    (facts, kept, packed)
}

#[test]
fn what_is_kept_is_what_facts_say() {
    let policy = Policy::default_policy().unwrap();
    let groups = world(120);
    // While labels still change, and when they do no more.
    for as_of in [NOW + 3 * DAY, NOW + 40 * DAY] {
        let (facts, kept, packed) = both(&groups, &policy, as_of);
        assert_eq!(facts, kept);
        assert!(facts.len() > 150);
        let bytes = packed.body.len() / facts.len();
        assert!(bytes < 64, "{bytes} bytes an output");
    }
}

#[test]
fn what_is_rare_is_kept_as_well() {
    let policy = Policy::default_policy().unwrap();
    let rows = |story: Story| story.group();
    let registered = Registered {
        model: Some("m-1".into()),
        created_at: Some(5),
        arms: [("tone", "holdout"), ("reranker", "b")]
            .map(|(experiment, arm)| (experiment.into(), arm.into()))
            .into(),
        ..Registered::default()
    };
    let mut sampled = Story::shown("o-1").at(9_000, copied(0.9, CopyVia::Button));
    for slice in &mut sampled.rows.slices {
        slice.sample = tacit_signals::Share::from_thousandths("sample", 130).unwrap();
    }
    let mut program = Story::shown("o-2").at(5_000, dwell(4_000, 0.9));
    program.rows.slices[0].automated = true;
    let groups = [
        rows(sampled),
        rows(program),
        rows(Story::shown("o-3").withheld()),
        rows(Story::untold("o-4").registered_as(registered)),
        rows(Story::untold("o-5").registered("Never shown.")),
        rows(
            Story::shown("o-6")
                .registered("An answer.")
                .at(10_000, measured("factual", Some(0.25)))
                .evaluated(),
        ),
    ];
    let (facts, kept, packed) = both(&groups, &policy, NOW + 40 * DAY);
    assert_eq!(facts, kept);
    let has = |part: &str| facts.iter().any(|line| line.contains(part));
    assert!(has("[true, false"), "withheld");
    assert!(has("[false, true"), "a program");
    assert!(has("(None, Some(5))"), "created, and never shown");
    assert!(has("(None, None)"), "without a date");
    assert!(has("Some(\"holdout\"), Some(\"b\"), None"), "arms");
    assert!(has("numerator: 250, denominator: 1000"), "an evaluation");
    assert!(has("denominator: 7692"), "one of eight");
    assert_eq!(packed.span.map(|(first, _)| first), Some(5));
    // Whatever is cut off cannot be read, and says so.
    for len in 1..packed.body.len() {
        let cut = &packed.body[..len];
        assert_eq!(unpack(BucketKind::Outputs, cut, &mut |_| {}), None, "{len}");
    }
}

#[test]
fn every_metric_of_outputs_has_its_place() {
    for (place, metric) in METRICS.iter().enumerate() {
        assert_eq!(metric_place(metric), Some(place), "{metric:?}");
    }
    let others = Metric::ALL.into_iter().filter(|one| !METRICS.contains(one));
    assert!(others.eq([Metric::ReturnRate]));
}
