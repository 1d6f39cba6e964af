//! Whether an output failed, and by which acts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tacit_signals::{Signal, signal::Intent};

use crate::{
    label::{EventId, Labelled, State},
    store::rows::OutputRows,
};

/// What a person did about an answer that was not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Asked for another answer.
    Regenerated,
    /// Edited it so that little was left.
    Rewritten,
    /// Told it what was wrong.
    Corrected,
    /// Asked the same again in other words.
    Rephrased,
    /// Rejected it.
    Dismissed,
    /// Stopped it before its end.
    Stopped,
    /// Rated it down.
    RatedDown,
    /// Left after a glance.
    Abandoned,
    /// Anything else that the policy holds against it.
    Other,
}

impl Act {
    /// Its name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Regenerated => "regenerated",
            Self::Rewritten => "rewritten",
            Self::Corrected => "corrected",
            Self::Rephrased => "rephrased",
            Self::Dismissed => "dismissed",
            Self::Stopped => "stopped",
            Self::RatedDown => "rated down",
            Self::Abandoned => "abandoned",
            Self::Other => "other",
        }
    }
}

/// The acts by which an output failed; `None` when it did not.
///
/// It failed when the label is negative, or when the policy counts an act against it
/// and nothing made it positive all the same. Which act that was is read from the
/// events the label's reasons rest on, so it holds for every policy.
pub(super) fn acts(rows: &OutputRows, label: &Labelled) -> Option<BTreeSet<Act>> {
    if label.state == State::Positive {
        return None;
    }
    let against: Vec<_> = label
        .reasons
        .iter()
        .filter(|reason| reason.polarity < 0)
        .collect();
    if against.is_empty() {
        return (label.state == State::Negative).then(|| BTreeSet::from([Act::Other]));
    }
    let events = events(rows);
    let acts = against.iter().flat_map(|reason| {
        let signals = reason
            .evidence
            .iter()
            .filter_map(|id| events.get(id).copied());
        let mut acts: BTreeSet<Act> = signals.filter_map(act).collect();
        if acts.is_empty() {
            // Reasons that rest on nothing but having been seen are absences.
            acts.insert(Act::Abandoned);
        }
        acts
    });
    Some(acts.collect())
}

fn events(rows: &OutputRows) -> BTreeMap<EventId, &Signal> {
    let slices = rows.slices.iter();
    let events = slices.flat_map(|slice| {
        slice.events.iter().map(|event| {
            let id = EventId {
                session: slice.session,
                seq: event.seq,
            };
            (id, &event.signal)
        })
    });
    events.collect()
}

/// What a signal that counts against an answer is; `None` for having seen it.
fn act(signal: &Signal) -> Option<Act> {
    Some(match signal {
        Signal::Shown(_) | Signal::Dwell { .. } => return None,
        Signal::Regenerated { .. } => Act::Regenerated,
        Signal::Edited(_) => Act::Rewritten,
        Signal::FollowedUp {
            intent: Intent::Correction,
            ..
        } => Act::Corrected,
        Signal::FollowedUp {
            intent: Intent::Rephrase,
            ..
        } => Act::Rephrased,
        Signal::Dismissed(_) => Act::Dismissed,
        Signal::Stopped { .. } => Act::Stopped,
        Signal::Rated { .. } => Act::RatedDown,
        _ => Act::Other,
    })
}

#[cfg(test)]
mod tests {
    use tacit_signals::signal::CopyVia;

    use super::*;
    use crate::label::{
        Policy, label_group,
        script::{
            DAY, SECOND, Story, T0, act, converted, copied, dwell, edited, followed_up, rated,
            regenerated,
        },
    };

    fn failed(story: Story) -> Option<Vec<Act>> {
        let group = story.group();
        let policy = Policy::default_policy().unwrap();
        let labelled = label_group(&group, &policy, T0 + 30 * DAY);
        let acts = acts(&group.outputs[0], &labelled.outputs[0]);
        acts.map(|acts| acts.into_iter().collect())
    }

    fn read() -> Story {
        Story::shown("o-1").at(5 * SECOND, dwell(4_000, 0.9))
    }

    #[test]
    fn every_act_against_an_answer_is_told_apart() {
        let at = 9 * SECOND;
        let cases = [
            (read().at(at, regenerated(5_000)), Act::Regenerated),
            (read().at(at, edited(0.2)), Act::Rewritten),
            (
                read().at(at, followed_up(Intent::Correction, 0.1, 9_000)),
                Act::Corrected,
            ),
            (
                read().at(at, followed_up(Intent::Rephrase, 0.8, 9_000)),
                Act::Rephrased,
            ),
            (read().at(at, Signal::Dismissed(act())), Act::Dismissed),
            (read().at(at, rated(-1.0)), Act::RatedDown),
            (
                Story::shown("o-1").at(at, dwell(2_000, 0.1)),
                Act::Abandoned,
            ),
        ];
        for (story, expected) in cases {
            assert_eq!(failed(story), Some(vec![expected]));
        }
        let both = read().at(at, regenerated(5_000)).at(at, rated(-1.0));
        assert_eq!(failed(both), Some(vec![Act::Regenerated, Act::RatedDown]));
    }

    #[test]
    fn what_was_good_all_the_same_did_not_fail() {
        let at = 9 * SECOND;
        assert_eq!(failed(read()), None);
        assert_eq!(failed(read().at(at, copied(0.9, CopyVia::Button))), None);
        let variety = read()
            .at(at, copied(0.9, CopyVia::Button))
            .at(2 * at, regenerated(15_000));
        assert_eq!(failed(variety), None);
        let worked = read().at(at, rated(-1.0)).at(2 * at, converted());
        assert_eq!(failed(worked), None);
        let torn = read()
            .at(at, copied(0.9, CopyVia::Button))
            .at(2 * at, rated(-1.0));
        assert_eq!(failed(torn), Some(vec![Act::RatedDown]));
    }
}
