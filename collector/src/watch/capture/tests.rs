use tacit_signals::{SubjectKind, signal::CopyVia};
use tempfile::TempDir;

use super::*;
use crate::{
    label::{
        label_group,
        script::{DAY, MINUTE, SECOND, Story, T0, copied, dwell, rated},
    },
    sights::each_of,
    store::rows::Registered,
    watch::{ALPHA, DAY_MS, rho},
};

/// T0 is Sunday 23 November 2025, 09:26 UTC; this is Monday of that week.
const MONDAY: u64 = (T0 / DAY_MS - 6) * DAY_MS;

const AS_OF: u64 = MONDAY + 28 * DAY;

fn request() -> Request {
    Request {
        weeks: 6,
        trust: Trust::Known,
        as_of: AS_OF,
    }
}

/// An answer of a person that was read, `after_ms` after T0.
fn read(id: &str, person: &str, after_ms: i64) -> Story {
    let mut story = Story::shown(id)
        .at(5 * SECOND, dwell(4_000, 0.9))
        .registered("An answer.");
    story = story.by(person, SubjectKind::App);
    moved(story, after_ms)
}

/// The same at another time.
fn moved(mut story: Story, after_ms: i64) -> Story {
    for slice in &mut story.rows.slices {
        let at = |time: u64| time.checked_add_signed(after_ms).unwrap();
        (slice.sent_at, slice.received_at) = (at(slice.sent_at), at(slice.received_at));
        slice
            .events
            .iter_mut()
            .for_each(|event| event.at = at(event.at));
    }
    story
}

fn used(id: &str, person: &str, after_ms: i64) -> Story {
    let story = Story::shown(id)
        .at(9 * SECOND, copied(0.9, CopyVia::Button))
        .registered("An answer.")
        .by(person, SubjectKind::App);
    moved(story, after_ms)
}

fn trend_of(stories: impl IntoIterator<Item = Story>, request: Request) -> Trend {
    let work = TempDir::new().unwrap();
    let policy = Policy::default_policy().unwrap();
    let mut tally = Tally::new(request, work.path());
    for story in stories {
        let group = story.group();
        let labels = label_group(&group, &policy, request.as_of);
        each_of(&group, &labels, &mut |sight| tally.add(sight)).unwrap();
    }
    tally.finish(&policy).unwrap()
}

const WEEK: i64 = 7 * 86_400_000;

fn week_named<'t>(trend: &'t Trend, name: &str) -> &'t Week {
    trend.weeks.iter().find(|week| week.week == name).unwrap()
}

#[test]
fn by_hand() {
    let mut program = used("o-5", "s_2", 0);
    program.rows.slices[0].automated = true;
    let mut claimed = used("o-6", "s_2", 0);
    claimed.rows.registered = None;
    let mut never = Story::untold("o-7").registered("An answer.");
    let mut undated = never.clone();
    undated.rows.id = crate::label::script::id("o-8");
    if let Some(registered) = &mut never.rows.registered {
        registered.created_at = Some(T0);
    }
    let liked = Story::shown("o-9")
        .at(MINUTE, rated(1.0))
        .registered("An answer.");
    let stories = [
        used("o-1", "s_1", 0),
        read("o-2", "s_1", 0),
        used("o-3", "s_2", -WEEK),
        used("o-10", "s_4", -WEEK),
        used("o-4", "s_2", 3 * WEEK),
        used("o-11", "s_5", 2 * WEEK),
        program,
        claimed,
        never,
        undated,
        liked.by("s_3", SubjectKind::Session),
    ];
    let trend = trend_of(stories, request());
    assert_eq!(
        trend.left_out,
        LeftOut {
            automated: 1,
            trust: 1,
            undated: 1,
            screened: 0,
        }
    );
    let names: Vec<_> = trend.weeks.iter().map(|week| &*week.week).collect();
    assert_eq!(
        names,
        [
            "2025-W46", "2025-W47", "2025-W48", "2025-W49", "2025-W50", "2025-W51"
        ]
    );
    let week = week_named(&trend, "2025-W47");
    // Seen: copied, read, rated. What people say is no implicit positive: 1 of 3.
    assert_eq!((week.registered, week.seen, week.immature), (4, 3, 0));
    assert_eq!(
        (week.reach, week.capture_rate),
        (Some(0.75), Some(0.333_333))
    );
    assert_eq!((week.people, week.session_people), (2, 1));
    assert_eq!((week.low, week.high), (None, None), "two people");
    assert_eq!(week.tier, Some(Tier::BestInClass));
    // Three weeks later its label may still change.
    let late = week_named(&trend, "2025-W50");
    assert_eq!((late.seen, late.immature, late.capture_rate), (1, 1, None));
    let empty = week_named(&trend, "2025-W51");
    assert_eq!((empty.registered, empty.reach, empty.tier), (0, None, None));
    // Week 50 is not whole, so it is not compared with 49.
    let change = trend.change.unwrap();
    assert_eq!((&*change.before, &*change.after), ("2025-W46", "2025-W47"));
    assert!(!change.beyond_noise);
}

#[test]
fn an_answer_stands_for_those_that_were_not_captured() {
    // A tenth of the conversations was captured: one of ten registered was seen.
    let unseen = (1..10).map(|n| {
        Story::untold(&format!("o-{n}")).registered_as(Registered {
            created_at: Some(T0),
            ..Registered::default()
        })
    });
    let seen = used("o-0", "s_1", 0).sampled(0.1);
    let trend = trend_of(unseen.chain([seen]), request());
    let week = week_named(&trend, "2025-W47");
    assert_eq!((week.registered, week.seen, week.reach), (10, 1, Some(1.0)));
}

/// So many people a week, of whom every `nth` used their answer.
fn people(of: i64, nth: usize, after_ms: i64) -> impl Iterator<Item = Story> {
    let count = usize::try_from(of).unwrap();
    (0..count).map(move |n| {
        let (id, person) = (format!("o-{after_ms}-{n}"), format!("s_{n}"));
        if n % nth == 0 {
            used(&id, &person, after_ms)
        } else {
            read(&id, &person, after_ms)
        }
    })
}

#[test]
fn a_change_is_beyond_noise_when_its_interval_leaves_nothing_out() {
    let rose = trend_of(people(300, 10, -WEEK).chain(people(300, 2, 0)), request());
    let change = rose.change.clone().unwrap();
    assert_eq!(change.delta, 0.4);
    assert!(
        change.beyond_noise && change.low.unwrap() > 0.0,
        "{change:?}"
    );
    let week = week_named(&rose, "2025-W47");
    assert_eq!(
        (week.capture_rate, week.tier),
        (Some(0.5), Some(Tier::BestInClass))
    );
    // Of 300 people, half: √(0.25 / 299) · c, where c is the sequence's critical value.
    let n = 300;
    let variance: f64 = 0.25 / 299.0;
    let critical = stats::confidence_sequence(0.5, variance, n, ALPHA, rho());
    assert_eq!(week.low, critical.lower.map(rounded));
    assert_eq!(week.high, critical.upper.map(rounded));
    let before = week_named(&rose, "2025-W46");
    assert_eq!(
        (before.capture_rate, before.tier),
        (Some(0.1), Some(Tier::Average))
    );
    let same = trend_of(people(300, 4, -WEEK).chain(people(300, 4, 0)), request());
    assert!(!same.change.unwrap().beyond_noise);
}

#[test]
fn the_order_of_conversations_does_not_matter() {
    let mut stories: Vec<_> = people(120, 3, -WEEK).chain(people(130, 2, 0)).collect();
    let one = trend_of(stories.clone(), request());
    stories.reverse();
    assert_eq!(trend_of(stories, request()), one);
}

#[test]
fn tiers_are_the_contracts() {
    let of = [0.0, 0.049, 0.05, 0.149, 0.15, 0.3, 0.301].map(Tier::of);
    assert_eq!(
        of,
        [
            Tier::None,
            Tier::None,
            Tier::Average,
            Tier::Average,
            Tier::Strong,
            Tier::Strong,
            Tier::BestInClass
        ]
    );
}

#[test]
fn for_people_it_is_a_table() {
    let stories = people(300, 10, -WEEK).chain(people(300, 2, 0));
    let told = text(&trend_of(stories, request()));
    let rows: Vec<_> = told
        .lines()
        .filter(|line| line.starts_with("2025-W4"))
        .collect();
    assert_eq!(
        rows[1],
        "2025-W47         300    300 100.0 %     300  50.0 % (37.1 to 62.9)     best in class"
    );
    assert!(
        told.contains("2025-W46 to 2025-W47: +40.0 points ("),
        "{told}"
    );
    assert!(told.contains("): beyond noise."), "{told}");
}
