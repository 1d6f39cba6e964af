//! Is the new answer nearer to what people kept or wrote themselves than the old one was?
//!
//! Where people kept another text than the old answer (they edited it, or kept another
//! variant), old and new run a **race** towards it. With s⁺(x) the likeness of x and the
//! kept text that is most like it, and s⁻(x) the same for rejected texts other than the
//! old answer:
//!
//! * g = s⁺(new) − s⁺(old), h = s⁻(new) − s⁻(old);
//! * where g and h have one sign, the new answer moved towards (or away from) both, and
//!   only what is left counts: c = sign(g) · max(0, |g| − |h|); else c = g;
//! * win: c ≥ [`TIE`], loss: c ≤ −[`TIE`], else tie.
//!
//! Exchanging old and new changes the sign of c. Moving away from rejected texts is never
//! a win: everything that has nothing to do with the question does.
//!
//! Where people kept the old answer itself, nothing can be nearer to it: that is no race
//! but a **check** of how much of it is still there, by the measure and the bounds by
//! which the default policy judges an edited text.

use serde::Serialize;
use tacit_signals::text::{clean, is_blank, survival};

use super::case::likeness;
use crate::{
    label::Milli,
    replay::{Case, How},
};

/// A race closer than this is a tie: less than what one changed word in twenty-five
/// does. A word of five letters in running text touches eight 4-grams, and 25 words are
/// 150 of them.
pub const TIE: Milli = Milli::new(50);

/// Survival from which a text counts as kept, and below which as rewritten
/// (`edited` in the default policy).
const HELD: Milli = Milli::new(700);
const LOST: Milli = Milli::new(300);

/// What the new answer is worth by what people did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Score {
    /// Old and new towards what people kept.
    Race(Race),
    /// How much of what people used is still there.
    Check {
        /// Its survival in the new answer, 0 to 1.
        survival: Milli,
        /// In a word.
        still: Still,
    },
    /// Nobody kept anything.
    NoReference,
}

/// A race.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Race {
    /// s⁺(old).
    pub old: Milli,
    /// s⁺(new).
    pub new: Milli,
    /// g.
    pub gain: Milli,
    /// h; `None` without a rejected text besides the old answer.
    pub towards_rejected: Option<Milli>,
    /// c.
    pub counted: Milli,
    /// Who won.
    pub verdict: Verdict,
}

/// Who won, seen from the new answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The new answer is nearer.
    Win,
    /// Neither, by more than the margin.
    Tie,
    /// The old answer is nearer.
    Loss,
}

/// What is still there of what people used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Still {
    /// At least 0.7 of it.
    Held,
    /// From 0.3.
    Partly,
    /// Less.
    Lost,
}

impl Verdict {
    /// 1, 0 or −1.
    #[must_use]
    pub const fn sign(self) -> i8 {
        match self {
            Self::Win => 1,
            Self::Tie => 0,
            Self::Loss => -1,
        }
    }
}

/// The texts of a turn, as [`clean`] leaves them.
#[derive(Debug)]
pub(crate) struct References {
    /// What people kept or wrote, other than the old answer.
    pub(super) kept: Vec<String>,
    /// They kept the old answer as it was.
    pub(super) kept_old: bool,
    /// How the strongest of them is known to be good.
    pub(super) how: Option<How>,
    /// What they rejected.
    pub(super) rejected: Vec<String>,
    /// The old answer, where it is what they changed or replaced.
    pub(super) old: String,
}

impl References {
    pub(crate) fn of(case: &Case, old: &str) -> Self {
        let mut kept = Vec::new();
        let mut kept_old = false;
        let mut how = None;
        for one in &case.kept {
            let text = clean(&one.text);
            if is_blank(&text) {
                continue;
            }
            if one.how == How::Output || text == old {
                kept_old = true;
            } else {
                kept.push(text);
                how = how.into_iter().chain([one.how]).min();
            }
        }
        if kept_old {
            how = Some(How::Output);
        }
        let rejected = case.rejected.iter().map(|text| clean(text));
        Self {
            kept,
            kept_old,
            how,
            rejected: rejected.filter(|text| !is_blank(text)).collect(),
            old: old.into(),
        }
    }

    /// Likeness of the rejected text that is most like `text`.
    pub(super) fn nearest_rejected(&self, text: &str) -> Option<Milli> {
        nearest(self.rejected.iter(), text)
    }
}

fn nearest<'a>(among: impl Iterator<Item = &'a String>, text: &str) -> Option<Milli> {
    among.map(|one| likeness(one, text)).max()
}

/// Scores a new answer.
pub(super) fn score(references: &References, old: &str, new: &str) -> Score {
    if references.kept_old {
        return check(old, new);
    }
    let toward = |text| nearest(references.kept.iter(), text);
    let (Some(of_old), Some(of_new)) = (toward(old), toward(new)) else {
        return Score::NoReference;
    };
    let others = || references.rejected.iter().filter(|text| *text != old);
    let rejected = |text| nearest(others(), text);
    let towards_rejected = match (rejected(old), rejected(new)) {
        (Some(old), Some(new)) => Some(minus(new, old)),
        _ => None,
    };
    let gain = minus(of_new, of_old);
    let counted = counted(gain, towards_rejected.unwrap_or_default());
    Score::Race(Race {
        old: of_old,
        new: of_new,
        gain,
        towards_rejected,
        counted,
        verdict: verdict(counted),
    })
}

fn check(old: &str, new: &str) -> Score {
    let survival = Milli::new(survival(old, new).thousandths().into());
    let still = if survival >= HELD {
        Still::Held
    } else if survival >= LOST {
        Still::Partly
    } else {
        Still::Lost
    };
    Score::Check { survival, still }
}

/// c of g and h.
fn counted(gain: Milli, towards_rejected: Milli) -> Milli {
    let (g, h) = (gain.thousandths(), towards_rejected.thousandths());
    if g.signum() != h.signum() {
        return gain;
    }
    Milli::new(g.signum() * (g.abs() - h.abs()).max(0))
}

fn verdict(counted: Milli) -> Verdict {
    if counted >= TIE {
        Verdict::Win
    } else if counted.abs() >= TIE {
        Verdict::Loss
    } else {
        Verdict::Tie
    }
}

const fn minus(one: Milli, other: Milli) -> Milli {
    Milli::new(one.thousandths() - other.thousandths())
}

#[cfg(test)]
#[path = "score_tests.rs"]
mod tests;
