use tacit_signals::{SubjectKind, signal::CopyVia};
use tempfile::TempDir;

use super::*;
use crate::{
    label::{
        Milli, label_group,
        script::{DAY, SECOND, Story, T0, copied, dwell, measured, rated},
    },
    release::ReleaseKind,
    sights::each_of,
    store::rows::Registered,
};

const AS_OF: u64 = T0 + 60 * DAY;

fn request(by: By) -> Request {
    Request {
        by,
        since: None,
        until: None,
        trust: Trust::Known,
        as_of: AS_OF,
        metrics: Vec::new(),
        guards: Vec::new(),
    }
}

/// An answer of one prompt version to one person.
struct Answer {
    version: &'static str,
    person: usize,
    liked: bool,
    flatters: bool,
}

impl Answer {
    fn told(&self) -> Story {
        let id = format!("o-{}-{:03}", self.version, self.person);
        let text = if self.flatters {
            "Great question! No."
        } else {
            "No."
        };
        let registered = Registered {
            prompt_version: Some(self.version.into()),
            output: Some(text.into()),
            ..Registered::default()
        };
        // Later versions are shown later.
        let after = if self.version == "v1" { 0 } else { 20 * DAY };
        Story::untold(&id)
            .at(after, crate::label::script::shown(0, None))
            .at(after + 5 * SECOND, dwell(4_000, 0.9))
            .at(
                after + 9 * SECOND,
                rated(if self.liked { 1.0 } else { -1.0 }),
            )
            .registered_as(registered)
            .by(&format!("s_{}", self.person), SubjectKind::App)
    }
}

/// Of each ten answers of a version so many are liked, and so many flatter.
fn version(version: &'static str, people: usize, liked: usize, flatters: usize) -> Vec<Story> {
    let answer = |person: usize| Answer {
        version,
        person,
        liked: person % 10 < liked,
        flatters: (person + 5) % 10 < flatters,
    };
    (0..people).map(|person| answer(person).told()).collect()
}

fn report_of(stories: &[Story], releases: &[Release], request: &Request) -> Report {
    let work = TempDir::new().unwrap();
    let policy = Policy::default_policy().unwrap();
    let plan = Plan::of(request);
    let mut tally = Tally::new(request, &plan, releases, work.path());
    for story in stories {
        let group = story.clone().group();
        let labels = label_group(&group, &policy, request.as_of);
        each_of(&group, &labels, &mut |sight| tally.add(sight)).unwrap();
    }
    let id = |output: &Output| match output {
        Output::Id(id) => Ok(Some(id.to_string())),
        Output::Place(_) => Ok(None),
    };
    tally.finish(&policy, &id).unwrap()
}

fn finding<'r>(report: &'r Report, metric: &str, guard: &str) -> &'r Finding {
    let mut findings = report.findings.iter();
    let own = |finding: &&Finding| finding.metric == metric && finding.guard == guard;
    findings.find(own).unwrap()
}

fn flattered() -> Vec<Story> {
    let mut stories = version("v1", 300, 5, 1);
    stories.extend(version("v2", 300, 8, 5));
    stories
}

#[test]
fn ratings_that_rise_by_flattery_are_suspicious() {
    let report = report_of(&flattered(), &[], &request(By::PromptVersion));
    let found = finding(&report, "thumbs_up_rate", "agreement_rate");
    assert_eq!(found.verdict, Verdict::Suspicious, "{found:#?}");
    assert_eq!((&*found.before, &*found.after), ("v1", "v2"));
    let sides = |values: &Values| (values.before.value, values.after.value, values.delta);
    assert_eq!(
        sides(&found.metric_values),
        (Some(0.5), Some(0.8), Some(0.3))
    );
    assert_eq!(
        sides(&found.guard_values),
        (Some(0.1), Some(0.5), Some(0.4))
    );
    assert_eq!(found.guard_values.after.people, 300);
    assert!(found.guard_values.low.unwrap() > 0.2, "{found:#?}");
    // Liked ones first, and every one of them flatters.
    assert_eq!(found.examples.len(), 3);
    let both = |id: &String| id.ends_with(['5', '6', '7']);
    assert!(found.examples.iter().all(both), "{:?}", found.examples);
    assert!(
        found
            .evidence
            .starts_with("thumbs_up_rate is better by 30.0 points (+"),
        "{}",
        found.evidence
    );
    assert!(
        found
            .evidence
            .contains("agreement_rate is worse by 40.0 points, and by at least")
    );
    let score = finding(&report, "score", "agreement_rate");
    assert_eq!(score.verdict, Verdict::Suspicious, "ratings make the score");
    assert_eq!(report.suspicious, 2);
    let told = text(&report);
    let headline = "SUSPICIOUS thumbs_up_rate against agreement_rate, v1 to v2\n  \
                    thumbs_up_rate: 50.0 % to 80.0 % (300 and 300 people)\n  \
                    agreement_rate: 10.0 % to 50.0 % (300 and 300 people)\n";
    assert!(told.contains(headline), "{told}");
}

#[test]
fn what_nobody_was_measured_in_is_said_and_not_judged() {
    let report = report_of(&flattered(), &[], &request(By::PromptVersion));
    for missing in ["flip_rate", "edit_depth", "survival"] {
        assert!(
            report.not_measured.contains(&missing.to_owned()),
            "{missing}"
        );
        assert!(
            report
                .findings
                .iter()
                .all(|f| f.guard != missing && f.metric != missing)
        );
    }
    assert!(!report.not_measured.contains(&"agreement_rate".to_owned()));
}

#[test]
fn a_rise_without_harm_is_fine_and_harm_without_a_rise_is_told_apart() {
    let by = request(By::PromptVersion);
    let mut honest = version("v1", 300, 5, 1);
    honest.extend(version("v2", 300, 8, 1));
    let report = report_of(&honest, &[], &by);
    let found = finding(&report, "thumbs_up_rate", "agreement_rate");
    // It rose, and the guard did not move: but a margin of two points takes more people.
    assert_eq!(found.verdict, Verdict::Unclear, "{found:#?}");
    assert_eq!(found.guard_values.delta, Some(0.0));
    assert_eq!(report.suspicious, 0);
    let mut flat = version("v1", 300, 5, 1);
    flat.extend(version("v2", 300, 5, 5));
    let report = report_of(&flat, &[], &by);
    let found = finding(&report, "thumbs_up_rate", "agreement_rate");
    assert_eq!(found.verdict, Verdict::Ok, "nothing rose");
    assert_eq!(
        found.guard_state,
        crate::experiment::readout::GuardState::Harmed
    );
    assert!(text(&report).contains("Worse by more than the margin, without a rise:\n  v1 to v2"));
}

#[test]
fn weeks_are_compared_once_they_are_whole() {
    // v1 is of one week, v2 of nearly three weeks later; as of then its label is open.
    let request = Request {
        as_of: T0 + 21 * DAY,
        ..request(By::Week)
    };
    let report = report_of(&flattered(), &[], &request);
    let slices: Vec<_> = report
        .slices
        .iter()
        .map(|slice| (&*slice.name, slice.outputs, slice.immature))
        .collect();
    assert_eq!(slices, [("2025-W47", 300, 0), ("2025-W50", 0, 300)]);
    assert_eq!(report.findings, []);
    assert!(text(&report).contains("2025-W50: 0 outputs of 0 people, 300 not mature yet"));
    let later = Request {
        as_of: AS_OF,
        ..request
    };
    let report = report_of(&flattered(), &[], &later);
    let found = finding(&report, "thumbs_up_rate", "agreement_rate");
    assert_eq!((&*found.before, &*found.after), ("2025-W47", "2025-W50"));
    assert_eq!(found.verdict, Verdict::Suspicious);
}

#[test]
fn few_people_are_unclear() {
    let mut few = version("v1", 90, 1, 0);
    few.extend(version("v2", 90, 9, 9));
    let report = report_of(&few, &[], &request(By::PromptVersion));
    let found = finding(&report, "thumbs_up_rate", "agreement_rate");
    assert_eq!(found.verdict, Verdict::Unclear);
    assert_eq!(
        (found.metric_values.low, found.guard_values.high),
        (None, None)
    );
}

#[test]
fn a_release_divides_time() {
    let release = |name: &str, at| Release {
        release: "r".into(),
        name: name.into(),
        kind: ReleaseKind::Prompt,
        from: None,
        experiment: None,
        arm: None,
        at,
        note: None,
    };
    let releases = [
        release("support@2", T0 + 10 * DAY),
        release("later", AS_OF + DAY),
    ];
    let report = report_of(&flattered(), &releases, &request(By::Release));
    let names: Vec<_> = report.slices.iter().map(|slice| &*slice.name).collect();
    assert_eq!(names, ["before support@2", "support@2"]);
    assert_eq!(report.slices[0].people, 300);
    let found = finding(&report, "thumbs_up_rate", "agreement_rate");
    assert_eq!(found.verdict, Verdict::Suspicious);
    let until = Request {
        until: Some(T0 + 5 * DAY),
        ..request(By::Release)
    };
    let report = report_of(&flattered(), &releases, &until);
    assert_eq!((report.slices.len(), report.findings.len()), (1, 0));
}

#[test]
fn an_evaluation_can_guard_anything() {
    let mut stories = version("v1", 200, 2, 0);
    stories.extend(version("v2", 200, 9, 0));
    for story in &mut stories {
        let second = story.rows.id.as_str().starts_with("o-v2");
        let wrong = story.rows.id.as_str().ends_with(['1', '2', '3']);
        let value = if second && wrong { 0.0 } else { 1.0 };
        *story = story
            .clone()
            .at(30 * DAY, measured("factual", Some(value)))
            .evaluated();
    }
    let factual = Guardrail {
        metric: Metric::External("factual".into()),
        margin: Milli::new(20),
    };
    let request = Request {
        metrics: vec![Metric::ThumbsUpRate],
        guards: vec![factual],
        ..request(By::PromptVersion)
    };
    let report = report_of(&stories, &[], &request);
    // In v1 everything was right: a variance of 0 says nothing yet.
    let found = finding(&report, "thumbs_up_rate", "external:factual");
    assert_eq!(found.verdict, Verdict::Unclear);
    assert_eq!(found.guard_values.after.value, Some(0.7));
    let mut mixed = stories;
    for story in mixed.iter_mut().take(40) {
        *story = story
            .clone()
            .at(31 * DAY, measured("factual", Some(0.9)))
            .evaluated();
    }
    let report = report_of(&mixed, &[], &request);
    let found = finding(&report, "thumbs_up_rate", "external:factual");
    assert_eq!(found.verdict, Verdict::Suspicious, "{found:#?}");
    assert!(report.findings.iter().all(|f| f.metric == "thumbs_up_rate"));
}

#[test]
fn outputs_that_do_not_count_are_counted() {
    let mut program = Answer {
        version: "v1",
        person: 1,
        liked: true,
        flatters: false,
    }
    .told();
    program.rows.slices[0].automated = true;
    let mut unnamed = Answer {
        version: "v1",
        person: 2,
        liked: true,
        flatters: false,
    }
    .told();
    let mut claimed = unnamed.clone();
    claimed.rows.registered = None;
    if let Some(registered) = &mut unnamed.rows.registered {
        registered.prompt_version = None;
    }
    let unseen = Story::shown("o-3").registered("x");
    let fresh = Story::shown("o-4")
        .at(SECOND, copied(0.9, CopyVia::Button))
        .registered_as(Registered {
            prompt_version: Some("v1".into()),
            ..Registered::default()
        });
    let request = Request {
        as_of: T0 + DAY,
        ..request(By::PromptVersion)
    };
    let report = report_of(&[program, unnamed, claimed, unseen, fresh], &[], &request);
    let expected = LeftOut {
        automated: 1,
        trust: 1,
        unseen: 1,
        immature: 1,
        unnamed: 1,
        too_many: 0,
        screened: 0,
    };
    assert_eq!(report.left_out, expected);
}

#[test]
fn the_order_of_conversations_does_not_matter() {
    let request = request(By::PromptVersion);
    let mut stories = flattered();
    let one = report_of(&stories, &[], &request);
    stories.reverse();
    let other = report_of(&stories, &[], &request);
    assert_eq!(
        serde_json::to_string(&one).unwrap(),
        serde_json::to_string(&other).unwrap()
    );
}
