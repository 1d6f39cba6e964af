//! The screen against honest worlds and against those who attack them.

use tacit_signals::{Event, Id, SessionId, SubjectKind};

use super::*;
use crate::{
    label::script::{Story, T0, copied, rated, shown},
    simulate::{Generator, Plan, World, group},
    store::rows::Registered,
    testing::project,
};
use tacit_signals::signal::CopyVia;

const DAY: u64 = 86_400_000;
const TERMS: ScreenTerms = ScreenTerms::DEFAULT;

/// Thresholds that find honest people, so that there is somebody to compare.
const STRICT: ScreenTerms = ScreenTerms {
    acts_per_hour: 4,
    share_outputs: 30,
    share_people: 5,
    share: crate::label::Milli::new(10),
    replays: 3,
    replay_steps: 3,
    guesses: 3,
    guess_ratio: 1,
    ..TERMS
};

/// The screen by [`STRICT`] of a store, as it lies there.
pub(crate) fn strict_of_store(store: &dyn Store, project: ProjectId) -> Screen {
    let directory = tempfile::tempdir().unwrap();
    let as_of = u64::MAX >> 1;
    Screen::of(&STRICT, directory.path(), &mut |visit| {
        store.conduct(project, as_of, visit)
    })
    .unwrap()
}

/// The screen by [`STRICT`] of the outputs a store gave.
pub(crate) fn strict_of_outputs(outputs: &[crate::store::rows::OutputRows]) -> Screen {
    let outputs = outputs.to_vec();
    screen_by(&STRICT, &[Group { outputs }])
}

fn screen_by(terms: &ScreenTerms, groups: &[Group]) -> Screen {
    let directory = tempfile::tempdir().unwrap();
    Screen::of(terms, directory.path(), &mut |visit| {
        conduct::of_groups(groups, visit)
    })
    .unwrap()
}

fn screen(groups: &[Group]) -> Screen {
    screen_by(&TERMS, groups)
}

/// What people of a world did.
fn world(name: &str, seed: u64, conversations: u64) -> Vec<Group> {
    let world = World::named(name).unwrap();
    let plan = Plan {
        seed,
        conversations,
        from: T0,
        to: T0 + 14 * DAY,
        until: T0 + 40 * DAY,
    };
    let owner = project(1);
    let generator = Generator::new(&world, plan);
    let groups = generator.talks().map(|talk| group(&talk, &owner));
    groups.collect()
}

/// `count` answers `a-0` …, each with what `tell` tells of it, by one person.
fn answers(count: u64, tell: impl Fn(u64, Story) -> Story) -> Vec<Group> {
    (0..count)
        .map(|n| {
            let story = Story::untold(&format!("a-{n}")).registered_as(Registered::default());
            tell(n, story).group()
        })
        .collect()
}

fn rules(screen: &Screen) -> Vec<(String, Vec<Rule>)> {
    let findings = screen.findings();
    let rules = findings.into_iter().map(|(subject, _, finding)| {
        let rules = finding.broken.iter().map(|broken| broken.rule).collect();
        (subject.id.clone(), rules)
    });
    rules.collect()
}

fn copy() -> tacit_signals::Signal {
    copied(0.9, CopyVia::Button)
}

#[test]
fn nobody_is_found_in_an_honest_world() {
    for name in World::all_names() {
        let groups = world(name, 5, 500);
        assert_eq!(rules(&screen(&groups)), [], "{name}");
    }
}

#[test]
fn who_is_found_depends_on_no_order_and_on_no_split() {
    let strict = STRICT;
    let mut groups = world("base", 6, 400);
    let known = screen_by(&strict, &groups);
    let rules: std::collections::BTreeSet<_> = rules(&known)
        .into_iter()
        .flat_map(|(_, rules)| rules)
        .collect();
    assert!(
        rules.contains(&Rule::ActsPerHour) && rules.contains(&Rule::Share),
        "{rules:?}"
    );
    groups.reverse();
    for group in &mut groups {
        group.outputs.reverse();
        for rows in &mut group.outputs {
            rows.slices.reverse();
            let split = rows.slices.iter().flat_map(|slice| {
                slice.events.iter().rev().map(|event| Slice {
                    events: vec![event.clone()],
                    ..slice.clone()
                })
            });
            rows.slices = split.collect();
        }
    }
    assert_eq!(screen_by(&strict, &groups), known);
}

#[test]
fn copies_faster_than_hands_are_found_and_an_hour_of_work_is_not() {
    let each = |gap_ms: u64| {
        answers(200, |n, story| {
            let at = n * gap_ms;
            story
                .at(at, shown(1, None))
                .at(at + 1, copy())
                .by("s_x", SubjectKind::App)
        })
    };
    let found = screen(&each(400));
    assert_eq!(
        rules(&found),
        [("s_x".to_owned(), vec![Rule::ActsPerMinute])]
    );
    let (_, _, finding) = found.findings()[0];
    assert_eq!((finding.signals, finding.outputs), (400, 200));
    assert!(
        finding.detail().contains("120 acts within 47600 ms"),
        "{}",
        finding.detail()
    );
    assert!(screen(&each(5_000)).is_empty());
}

#[test]
fn what_is_claimed_in_a_name_never_hurts_what_is_signed_in_it() {
    let groups = answers(200, |n, story| {
        // The person themselves, now and then; somebody else all at once.
        let own = story.signed(true).at(n * 60_000, shown(1, None));
        let own = own.at(n * 60_000 + 9_000, copy()).signed(false);
        own.at(n * 100, copy()).by("s_victim", SubjectKind::App)
    });
    let found = screen(&groups);
    let victim = StoredSubject {
        id: "s_victim".into(),
        kind: SubjectKind::App,
    };
    assert!(found.finding(&victim, false).is_some());
    assert_eq!(found.finding(&victim, true), None);
    let mut group = groups[3].clone();
    found.clean(&mut group);
    let rows = &group.outputs[0];
    assert!(rows.slices.iter().all(|slice| slice.signed) && rows.slices.len() == 2);
    assert_eq!(rows.screened.len(), 1);
}

#[test]
fn whoever_acts_on_what_nobody_showed_them_is_found_where_answers_are_shown() {
    let guesser = |honest: u64| {
        let mut groups = answers(honest, |n, story| {
            let at = n * 10_000;
            story
                .at(at, shown(1, None))
                .at(at + 3_000, copy())
                .by(&format!("s_{n}"), SubjectKind::App)
        });
        groups.extend((0..30).map(|n: u64| {
            let story = Story::untold(&format!("guess-{n}"));
            story
                .at(n * 7_000, copy())
                .by("s_guesser", SubjectKind::Session)
                .group()
        }));
        screen(&groups)
    };
    assert_eq!(
        rules(&guesser(40)),
        [("s_guesser".to_owned(), vec![Rule::Guess])]
    );
    // A site that only tells acts, through the API, shows nothing to anybody.
    let told = answers(100, |n, story| {
        story.at(n * 9_000, copy()).by("s_api", SubjectKind::App)
    });
    assert!(screen(&told).is_empty());
}

#[test]
fn a_share_of_a_set_is_one_persons_only_up_to_a_point() {
    let of = |mine: u64, people: u64| {
        let groups = answers(600, |n, story| {
            // No two people keep the same times.
            let chance = n * n * 7_919 % 15_013;
            let at = n * 20_000 + chance;
            let who = if n < mine {
                "s_whale".into()
            } else {
                format!("s_{}", n % people)
            };
            story
                .at(at, shown(1, None))
                .at(at + 2_000 + chance / 2, copy())
                .by(&who, SubjectKind::App)
        });
        rules(&screen(&groups))
    };
    assert_eq!(of(151, 40), [("s_whale".to_owned(), vec![Rule::Share])]);
    assert_eq!(of(150, 40), []);
    // Too few people to speak of a share.
    assert_eq!(of(300, 10), []);
}

/// A session of a world that is long enough, told again `times` times with new sessions,
/// subjects and ids, each time moved and shaken by up to 20 ms.
fn replays(groups: &[Group], times: u64) -> Vec<Group> {
    let recorded = groups.iter().max_by_key(|group| {
        let slices = group.outputs.iter().flat_map(|rows| &rows.slices);
        slices.map(|slice| slice.events.len()).sum::<usize>()
    });
    let recorded = recorded.unwrap();
    let again = |round: u64| {
        let mut group = recorded.clone();
        for (place, rows) in group.outputs.iter_mut().enumerate() {
            rows.id = Id::parse("id", &format!("replay-{round}-{place}")).unwrap();
            for slice in &mut rows.slices {
                let mut session = slice.session.0;
                session[..8].copy_from_slice(&round.to_le_bytes());
                slice.session = SessionId(session);
                slice.subject = StoredSubject {
                    id: format!("s_replayer_{round}"),
                    kind: SubjectKind::Visitor,
                };
                slice.received_at += round * 3_600_000;
                slice.sent_at += round * 3_600_000;
                let shake = |event: &mut Event| {
                    event.at += round * 3_600_000 + (u64::from(event.seq) * 7 + round * 3) % 20;
                };
                slice.events.iter_mut().for_each(shake);
            }
        }
        group
    };
    (0..times).map(again).collect()
}

#[test]
fn a_recorded_session_is_found_when_it_comes_again_and_again() {
    let mut groups = world("base", 8, 300);
    let known = groups.clone();
    groups.extend(replays(&known, 12));
    let found = rules(&screen(&groups));
    let replayers: Vec<_> = found
        .iter()
        .filter(|(id, _)| id.starts_with("s_replayer_"))
        .collect();
    assert_eq!(replayers.len(), 12, "{found:?}");
    assert!(
        replayers
            .iter()
            .all(|(_, rules)| rules.as_slice() == [Rule::Replay])
    );
    // Whoever was recorded sent the same, and cannot be told apart.
    assert!(found.len() <= 13, "{found:?}");

    let mut few = known.clone();
    few.extend(replays(&known, 5));
    assert_eq!(rules(&screen(&few)), []);
}

/// Honest sessions whose turns all have the same shape, on the quickest site there is:
/// a stream of nearly the same length each time, a copy, the next prompt.
#[test]
fn honest_sessions_of_one_shape_do_not_meet() {
    let mut dice = crate::simulate::dice::Dice::new(7, "pace", 0);
    let mut series: HashMap<u64, u32> = HashMap::new();
    let sessions = 20_000;
    for _ in 0..sessions {
        let mut steps = replay::Steps::default();
        let mut at = 0;
        for _ in 0..4 {
            for (kind, median, spread) in
                [(1, 2_000.0, 0.15), (4, 4_000.0, 0.8), (13, 3_000.0, 0.8)]
            {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a time"
                )]
                let gap = dice.around(median, spread) as u64;
                at += gap;
                steps.step(at, kind);
            }
        }
        for one in steps.series(TERMS.replay_steps) {
            *series.entry(one).or_default() += 1;
        }
    }
    let most = series.values().copied().max().unwrap();
    assert!(
        most <= 3,
        "a series stands in {most} of {sessions} sessions"
    );
    assert!(TERMS.replays > 3 * most, "{most}");
}

#[test]
fn ratings_by_the_thousand_are_found() {
    let groups = answers(150, |n, story| {
        story
            .at(n * 300, shown(1, None))
            .at(n * 300 + 10, rated(-1.0))
            .by("s_bomber", SubjectKind::Visitor)
    });
    assert_eq!(
        rules(&screen(&groups)),
        [("s_bomber".to_owned(), vec![Rule::ActsPerMinute])]
    );
    let off = ScreenTerms {
        acts_per_minute: 0,
        run_acts: 0,
        ..TERMS
    };
    assert!(screen_by(&off, &groups).is_empty());
}
