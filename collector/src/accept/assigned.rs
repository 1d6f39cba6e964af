//! Who is in which arm, worked out where the raw subject is still in hand: the store
//! never gets to see it.

use tacit_signals::{SubjectKind, assignment::assign};

use crate::control::Project;

/// The arm of who is not in an experiment's traffic: none. That is noted as well, so that
/// whoever is shown an arm all the same is noticed. No arm can be named so.
pub const OUT_OF_TRAFFIC: &str = "";

/// The arm of an experiment that somebody is in; of who is held out
/// [`HOLDOUT`](tacit_signals::assignment::HOLDOUT), of who is not in the traffic
/// [`OUT_OF_TRAFFIC`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// The experiment.
    pub experiment: String,
    /// The arm.
    pub arm: String,
}

/// What every experiment of `project` that assigns people at `at` (Unix ms) says of the
/// person `raw`. A session is no person.
#[must_use]
pub fn assigned(project: &Project, raw: &str, kind: SubjectKind, at: u64) -> Vec<Assigned> {
    if kind == SubjectKind::Session {
        return Vec::new();
    }
    let experiments = project.experiments.iter();
    experiments
        .filter(|experiment| experiment.assigns_at(at))
        .map(|experiment| {
            let arm = assign(&experiment.plan, raw).arm;
            Assigned {
                experiment: experiment.plan.name().into(),
                arm: arm.unwrap_or(OUT_OF_TRAFFIC).into(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{NOW, project_with, running, running_for};

    const DAY_MS: u64 = 24 * 3_600 * 1_000;

    fn names(at: u64, raw: &str, kind: SubjectKind) -> Vec<(String, String)> {
        let mut over = running("over", 0);
        over.ends_at = Some(NOW);
        let mut planned = running("planned", 0);
        planned.starts_at = NOW + DAY_MS;
        let project = project_with(vec![running("tone", 100), planned, over]);
        assigned(&project, raw, kind, at)
            .into_iter()
            .map(|assigned| (assigned.experiment, assigned.arm))
            .collect()
    }

    fn of(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(experiment, arm): &(&str, &str)| ((*experiment).into(), (*arm).into());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn people_are_assigned_and_sessions_are_not() {
        let all = of(&[("tone", "a"), ("planned", "a"), ("over", "a")]);
        for kind in [SubjectKind::App, SubjectKind::Visitor] {
            assert_eq!(names(NOW, "u-42", kind), all);
        }
        assert_eq!(names(NOW, "u-42", SubjectKind::Session), []);
        let held = of(&[("tone", "holdout"), ("planned", "b"), ("over", "b")]);
        assert_eq!(names(NOW, "u-36", SubjectKind::App), held);
    }

    #[test]
    fn who_is_not_in_the_traffic_is_noted_without_an_arm() {
        let project = project_with(vec![running_for("some", 100, 500)]);
        let arm = |raw| assigned(&project, raw, SubjectKind::App, NOW).remove(0).arm;
        assert_eq!(arm("u-42"), OUT_OF_TRAFFIC);
        assert_eq!(arm("u-8"), "a");
        // The holdout comes first: this one would not be in the traffic either.
        assert_eq!(arm("u-36"), "holdout");
        let session = assigned(&project, "u-42", SubjectKind::Session, NOW);
        assert_eq!(session, []);
    }

    #[test]
    fn who_took_part_in_time_may_turn_up_late() {
        let late = of(&[("tone", "a"), ("planned", "a"), ("over", "a")]);
        assert_eq!(names(NOW + 14 * DAY_MS - 1, "u-42", SubjectKind::App), late);
        let later = of(&[("tone", "a"), ("planned", "a")]);
        assert_eq!(names(NOW + 14 * DAY_MS, "u-42", SubjectKind::App), later);
    }
}
