//! What is due, and when the next is.

use super::{
    period::{Period, PeriodError},
    schedule::{Makes, Schedule},
};
use crate::{label::Policy, store::Run};

/// What a schedule has to do at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The last period that is over, and has waited as long as it should.
    pub period: Period,
    /// Whether it is still to be made.
    pub is_due: bool,
    /// The build of the last period before that was finished.
    pub previous: Option<String>,
    /// When the period after it is due, Unix ms.
    pub next_at: u64,
}

/// What `schedule` has to do at `now` (Unix ms), given the project's runs.
///
/// A period is due once it is over and `wait` has passed, until it has been made.
/// Periods that passed while nobody called are not made up for: what they would have
/// said, the next one's labels say.
pub fn due(
    schedule: &Schedule,
    policy: &Policy,
    runs: &[Run],
    now: u64,
) -> Result<Due, PeriodError> {
    let wait = wait_ms(schedule, policy);
    let period = Period::last_whole(schedule.every, now.saturating_sub(wait))?;
    let own = || runs.iter().filter(|run| run.schedule == schedule.name);
    let made = own().any(|run| run.period == period.name && run.build.is_some());
    // Names of periods of one kind ascend with time.
    let same_kind = |run: &&Run| run.period.contains('W') == period.name.contains('W');
    let earlier = own()
        .filter(same_kind)
        .filter(|run| run.period < period.name);
    let previous = earlier
        .filter(|run| run.build.is_some())
        .max_by(|a, b| a.period.cmp(&b.period));
    let next_at = period.next(schedule.every)?.to.saturating_add(wait);
    Ok(Due {
        is_due: !made,
        previous: previous.and_then(|run| run.build.clone()),
        next_at,
        period,
    })
}

/// How long a period rests before it is made: as the schedule says, else until every
/// label in it is mature where only mature ones are taken, else not at all.
#[must_use]
pub fn wait_ms(schedule: &Schedule, policy: &Policy) -> u64 {
    let matures = match &schedule.makes {
        Makes::Dataset(dataset) => dataset.mature_only,
        Makes::Brief(_) => false,
    };
    let settled = if matures { maturing_ms(policy) } else { 0 };
    schedule.wait_ms.unwrap_or(settled)
}

/// How long after it was shown nothing can change a label any more, at the latest: an
/// act at the end of the longest window, and the last look at what it took. (Overrides
/// for some models may be longer; what they leave open is counted as immature.)
fn maturing_ms(policy: &Policy) -> u64 {
    let summary = policy.summary();
    let longest = summary.windows_ms.last().copied().unwrap_or_default();
    longest.saturating_add(summary.survival_ms)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value;

    use super::*;
    use crate::config::Config;

    const DAY: u64 = 86_400_000;

    fn schedule(more: &str) -> Schedule {
        let text = format!("[[schedule]]\nname = \"s\"\nout = \"o\"\n{more}");
        Config::parse(Path::new("tacit.toml"), &text)
            .unwrap()
            .schedule
            .remove(0)
    }

    fn run(schedule: &str, period: &str, build: Option<&str>) -> Run {
        Run {
            schedule: schedule.into(),
            period: period.into(),
            attempts: 1,
            started_at: 0,
            as_of: 0,
            inputs: Value::Null,
            finished_at: build.map(|_| 1),
            build: build.map(String::from),
            error: None,
        }
    }

    fn at(text: &str) -> u64 {
        let at: jiff::Timestamp = text.parse().unwrap();
        u64::try_from(at.as_millisecond()).unwrap()
    }

    #[test]
    fn a_period_is_due_until_it_is_made() {
        let policy = Policy::default_policy().unwrap();
        let weekly = schedule("kind = \"brief\"");
        let now = at("2027-01-05T06:00:00Z");
        let of = |runs: &[Run]| due(&weekly, &policy, runs, now).unwrap();
        let first = of(&[]);
        assert_eq!(
            (first.period.name.as_str(), first.is_due),
            ("2026-W53", true)
        );
        assert_eq!(first.previous, None);
        assert_eq!(first.next_at, at("2027-01-11T00:00:00Z"));
        let others = [run("s", "2026-W53", None), run("t", "2026-W53", Some("x"))];
        assert!(of(&others).is_due, "neither crashed nor another's");
        let made = [
            run("s", "2026-W09", Some("a")),
            run("s", "2026-W51", Some("b")),
            run("s", "2026-W52", None),
            run("s", "2026-11", Some("m")),
            run("s", "2026-W53", Some("c")),
        ];
        let done = of(&made);
        assert_eq!((done.is_due, done.previous.as_deref()), (false, Some("b")));
    }

    #[test]
    fn a_period_rests_until_its_labels_are_mature() {
        let policy = Policy::default_policy().unwrap();
        let early = at("2026-12-02T00:00:00Z");
        let named = |more: &str| {
            let monthly = schedule(&format!("kind = \"dataset\"\nformat = \"trl-kto\"\n{more}"));
            due(&monthly, &policy, &[], early).unwrap().period.name
        };
        assert_eq!(named(""), "2026-11");
        assert_eq!(
            named("mature_only = true"),
            "2026-10",
            "15 days by the default policy"
        );
        assert_eq!(named("mature_only = true\nwait = \"24h\""), "2026-11");
        assert_eq!(named("wait = \"2d\""), "2026-10");
        let monthly = schedule("kind = \"dataset\"\nformat = \"trl-kto\"\nmature_only = true");
        assert_eq!(wait_ms(&monthly, &policy), 15 * DAY);
    }
}
