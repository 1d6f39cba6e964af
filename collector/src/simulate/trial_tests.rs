//! Worlds with experiments: what a readout finds, and what is true.

use std::collections::BTreeMap;

use tacit_signals::assignment::assign;

use super::*;
use crate::{
    accept::OUT_OF_TRAFFIC,
    experiment::{
        people::PRE_PERIOD_MS,
        readout::{GuardState, Method, Readout, Request, Stopped, markdown, of_facts},
    },
    label::Policy,
    store::rows::StoredSubject,
    testing::project,
};

const DAY: u64 = 86_400_000;
const FROM: u64 = 1_763_890_000_000;

fn plan(conversations: u64) -> Plan {
    Plan {
        seed: 7,
        conversations,
        from: FROM,
        to: FROM + 28 * DAY,
        until: FROM + 36 * DAY,
    }
}

/// The readout of a world, of what its store would know at the end.
fn read(world: &str, conversations: u64) -> Readout {
    let world = World::named(world).unwrap();
    let generator = Generator::new(&world, plan(conversations));
    let declared = generator.declared().unwrap().remove(0);
    let hash = declared.experiment.plan().unwrap();
    let project = project(1);
    let mut assigned: BTreeMap<StoredSubject, String> = BTreeMap::new();
    let mut groups = Vec::new();
    for talk in generator.talks() {
        // Assignments are noted when the raw subject is heard of.
        let said = talk
            .answers
            .iter()
            .filter_map(|answer| answer.said.as_ref());
        let said = said.filter_map(|said| Some((said.received_at, said.subject.clone()?)));
        let sent = talk.sends.iter();
        let sent = sent.filter_map(|sent| Some((sent.received_at, sent.batch.subject.clone()?)));
        for (at, subject) in said.chain(sent) {
            let raw = subject.id.as_str();
            if at >= declared.runs_from() {
                let arm = assign(&hash, raw).arm.unwrap_or(OUT_OF_TRAFFIC);
                assigned.insert(project.subject(raw, subject.kind), arm.to_owned());
            }
        }
        groups.push(group(&talk, &project));
    }
    let request = Request {
        declared: &declared,
        as_of: FROM + 36 * DAY,
        pre_period_ms: PRE_PERIOD_MS,
    };
    let assigned = assigned.iter().map(|(subject, arm)| (subject, &**arm));
    let directory = tempfile::tempdir().unwrap();
    let policy = Policy::default_policy().unwrap();
    of_facts(&policy, &request, assigned, groups, directory.path()).unwrap()
}

#[test]
fn a_better_arm_is_found_and_the_people_are_those_of_the_hash() {
    let found = read("experiment_better", 6_000);
    let people = &found.people;
    assert_eq!(
        (found.stopped, people.mismatched, people.undeclared),
        (None, 0, 0)
    );
    assert_eq!(people.unassigned, 0);
    assert!(people.exposed > 700 && people.held_out > 20, "{people:?}");
    assert!(!found.srm.as_ref().unwrap().alarm);
    let effects = found.effects.as_ref().unwrap();
    let comparison = &effects.primary.comparisons[0];
    let effect = comparison.effect().unwrap();
    assert!(comparison.significant && effect.low > 0.0, "{comparison:?}");
    assert_eq!(comparison.method, Method::Cuped);
    assert!(effects.hacking.is_empty());
    let looks = &effects.looks[0].looks;
    assert!(looks.len() > 10 && looks.is_sorted_by(|a, b| a.at < b.at && a.p >= b.p));
    let last = looks.last().unwrap();
    assert_eq!(
        (last.delta, last.low, last.high),
        (effect.delta, effect.low, effect.high)
    );
    insta::assert_snapshot!(markdown(&found));
    insta::assert_snapshot!(found.to_json());
}

#[test]
fn where_nothing_differs_nothing_is_found() {
    let found = read("experiment_same", 6_000);
    let effects = found.effects.unwrap();
    let comparison = &effects.primary.comparisons[0];
    let effect = comparison.effect().unwrap();
    assert!(!comparison.significant && effect.low < 0.0 && effect.high > 0.0);
    let all = effects.secondary.iter().flat_map(|one| &one.comparisons);
    assert!(all.clone().count() == 2 && all.clone().all(|one| !one.significant));
    assert!(effects.hacking.is_empty());
    assert!(!found.srm.unwrap().alarm);
}

#[test]
fn ratings_that_rise_by_flattery_are_found_out() {
    let found = read("experiment_flattery", 8_000);
    let effects = found.effects.unwrap();
    assert!(effects.primary.comparisons[0].effect().unwrap().low > 0.0);
    let state = |metric: &str| {
        let guarded = effects
            .guardrails
            .iter()
            .find(|one| one.measured.metric == metric);
        guarded.map(|guarded| guarded.guards[0].state)
    };
    assert_eq!(state("agreement_rate"), Some(GuardState::Harmed));
    assert_eq!(state("correction_rate"), Some(GuardState::Harmed));
    let [hacking] = &*effects.hacking else {
        panic!("{:?}", effects.hacking);
    };
    assert_eq!(
        (&*hacking.arm, &*hacking.metric),
        ("flattering", "thumbs_up_rate")
    );
    assert!(
        hacking
            .evidence
            .iter()
            .any(|one| one.starts_with("correction_rate is worse by"))
    );
}

#[test]
fn people_who_are_lost_raise_the_alarm() {
    let found = read("experiment_lossy", 6_000);
    let srm = found.srm.unwrap();
    assert!(srm.alarm && srm.bayes_factor > 1_000.0, "{srm:?}");
    let [control, warm] = &*found.people.arms else {
        panic!("two arms");
    };
    assert!(warm.exposed < control.exposed * 3 / 4);
    // They were assigned all the same.
    assert!(warm.assigned > control.assigned * 9 / 10);
}

#[test]
fn another_arm_than_assigned_stops_the_readout() {
    let found = read("experiment_mixed_up", 3_000);
    assert_eq!(found.stopped, Some(Stopped::ArmMismatch));
    assert!(found.effects.is_none());
    let share = found.people.mismatched_share.thousandths();
    assert!((30..=70).contains(&share), "{share}");
}

#[test]
fn a_world_says_what_is_wrong_with_its_experiment() {
    let with = |more: &str| {
        let text = format!(
            "extends = \"experiment_better\"\nname = \"mine\"\n[[experiment]]\nfrom = 0.5\n{more}\n\
             [experiment.declare]\nname = \"tone\"\nprimary = \"use_rate\"\nmde = 0.02\n\
             guardrails = [{{ metric = \"survival\", margin = 0.05 }}]\n\
             arms = [{{ name = \"a\", weight = 0.5 }}, {{ name = \"b\", weight = 0.5 }}]\n"
        );
        World::parse(&text)
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    assert_eq!(with(""), Ok(()));
    let wrong = |more: &str, what: &str| {
        let said = with(more).unwrap_err();
        assert!(said.contains(what), "{said}");
    };
    wrong("lost = { c = 0.5 }", "c is no arm of tone");
    wrong("mismatched = 2.0", "lie between 0 and 1");
    wrong("[experiment.truth.b.acts]\nlaugh = 1.0", "laugh is no act");
}
